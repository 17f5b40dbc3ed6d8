import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { bundle } from "./bundle.ts";

it("sends what was added together as one, soon or with what has to go at once", async () => {
  const sent: [readonly number[], number][] = [];
  const { add, flush } = bundle<number>((messages, transfer) => {
    sent.push([messages, transfer.length]);
  });
  add(1);
  add(2, [new ArrayBuffer(4)]);
  expect(sent).toEqual([]);
  await setImmediate();
  expect(sent).toEqual([[[1, 2], 1]]);
  add(3);
  add(4);
  flush();
  flush();
  expect(sent).toEqual([
    [[1, 2], 1],
    [[3, 4], 0],
  ]);
  await setImmediate();
  expect(sent).toHaveLength(2);
});
