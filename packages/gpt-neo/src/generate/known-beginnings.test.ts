import { expect, it } from "vitest";
import { knownBeginnings } from "./known-beginnings.ts";
import type { Row } from "./next-logits.ts";

it("a new row goes on from the row of the call before with which it has most in common", async () => {
  const asked: (readonly Row[])[] = [];
  let fails = false;
  const logits = knownBeginnings({
    next: async (rows) => {
      asked.push(rows);
      if (fails) throw new Error("it fails");
      return rows.map(() => new Float32Array(1));
    },
    close: async () => {},
  });
  const continuedBy = async (...rows: Row[]) => {
    await logits.next(rows);
    return asked.at(-1)!.map(({ continues }) => continues);
  };
  expect(await continuedBy({ ids: [1, 2] }, { ids: [3] })).toEqual([undefined, undefined]);
  expect(await continuedBy({ ids: [3, 4] }, { ids: [1, 2, 9] })).toEqual([1, 0]);
  // The second went another way by its last id.
  expect(await continuedBy({ ids: [3, 4] }, { ids: [1, 2, 8] })).toEqual([0, 1]);
  expect(await continuedBy({ ids: [1, 2, 8, 8], continues: 0 }, { ids: [4] })).toEqual([
    0,
    undefined,
  ]);
  expect(await continuedBy({ ids: [1, 3] }, { ids: [4, 1] })).toEqual([0, 1]);
  expect(await continuedBy({ ids: [3, 4, 5], continues: 0 })).toEqual([0]);
  fails = true;
  await expect(logits.next([{ ids: [3, 4, 5, 6] }])).rejects.toThrow("it fails");
  fails = false;
  expect(await continuedBy({ ids: [3, 4, 5, 6] })).toEqual([undefined]);
});
