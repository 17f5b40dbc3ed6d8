import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { makeTokenizer } from "../tokenizer/index.ts";
import { openCrew } from "./crew.ts";

const source = { kind: "bytes" } as const;
const start = { tokenizer: source, textKey: undefined, endOfText: 256 };
const unit = { kind: "text", text: "ab", continues: false, end: true } as const;

it("encodes the same on any number of threads, and again after a rest", async () => {
  for (const threads of [0, 1, 2]) {
    const crew = openCrew(threads, start, makeTokenizer(source));
    for (let i = 0; i < 2; i++) {
      const { ids } = await crew.encode(unit);
      expect([...ids]).toEqual([97, 98, 256]);
      await crew.rest();
    }
    await crew.close();
  }
});

it("rests only where nobody waits for it", async () => {
  const crew = openCrew(1, start, makeTokenizer(source));
  const encoded = crew.encode(unit);
  await crew.rest();
  expect([...(await encoded).ids]).toEqual([97, 98, 256]);
  await crew.close();
});

it("starts no thread for a task that comes to encode after it was closed", async () => {
  const crew = openCrew(1, start, makeTokenizer(source));
  const task = crew.soon(async () => {
    await setTimeout(20);
    return crew.encode(unit);
  });
  await Promise.all([expect(task).rejects.toThrow("closed"), crew.close()]);
});
