import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cutLog, readLog } from "./log.ts";
import { openLog } from "./open-log.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "log-"));
  path = join(folder, "log.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const steps = async () => (await readLog(path)).map((record) => record.step);

it("a log is one object a line, appended to", async () => {
  expect(await readLog(path)).toEqual([]);
  const log = openLog(path);
  log.append({ step: 1, loss: 5.5 });
  await log.close();
  const again = openLog(path);
  again.append({ step: 2, loss: Number.NaN });
  await again.close();
  expect(await readFile(path, "utf8")).toBe('{"step":1,"loss":5.5}\n{"step":2,"loss":null}\n');
});

it("a log is cut back to a step, and goes on from there", async () => {
  const log = openLog(path);
  for (let step = 1; step <= 10; step++) log.append({ step });
  log.append({ note: "no step" });
  await log.close();
  await cutLog(path, 4);
  const again = openLog(path);
  again.append({ step: 5 });
  await again.close();
  expect(await steps()).toEqual([1, 2, 3, 4, undefined, 5]);
  await cutLog(join(folder, "new.jsonl"), 3);
  expect(await readFile(join(folder, "new.jsonl"), "utf8")).toBe("");
});

it("a line that a crash left unfinished is forgotten", async () => {
  for (const torn of ["{", '{"step":3,"loss":', "x".repeat(10_000)]) {
    await writeFile(path, `{"step":1}\n{"step":2}\n${torn}`);
    expect(await steps()).toEqual([1, 2]);
    const log = openLog(path);
    log.append({ step: 3 });
    await log.close();
    expect(await steps()).toEqual([1, 2, 3]);
  }
  await writeFile(path, "torn from the start");
  await openLog(path).close();
  expect(await readFile(path, "utf8")).toBe("");
});

it("a damaged line before the last is an error that names it", async () => {
  await writeFile(path, '{"step":1}\nwhat\n{"step":2}\n');
  await expect(readLog(path)).rejects.toMatchObject({ code: "bad-file", details: { line: 2 } });
  await appendFile(path, "");
  expect(() => openLog(join(folder, "none", "log.jsonl"))).toThrow(/cannot be written/);
});
