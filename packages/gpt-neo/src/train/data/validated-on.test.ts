import { describe, expect, it } from "vitest";
import { areComparable, trainedOnBefore, type Validated } from "./validated-on.ts";

const usual = { data: ["a.txt"], validation: 0.05, context: 64, batch_size: 8, seed: 0 };
const held = (more: object = {}, key = "a"): Validated => ({
  settings: { ...usual, ...more },
  contents: { data: { key } },
});
const own = (more: object = {}, key = "v"): Validated => ({
  settings: { ...usual, validation_data: ["v.txt"], ...more },
  contents: { data: { key: "a" }, validation_data: { key } },
});

describe("validation losses", () => {
  it("are comparable where they are of the same predictions", () => {
    expect(areComparable(held(), held())).toBe(true);
    // What has no part in it, and names of what holds the same.
    expect(areComparable(held(), held({ seed: 7, learning_rate: 1, data: ["b.txt"] }))).toBe(true);
    expect(areComparable(own(), own({ validation_data: ["w.txt"], validation: 0.3 }))).toBe(true);
    expect(areComparable(held({ eval_batches: null }), held({ eval_batches: 32 }))).toBe(true);
    // Documents, which have no name.
    expect(areComparable(own({ validation_data: null }), own({ validation_data: null }))).toBe(
      true,
    );
  });

  it("are not where anything of that is otherwise", () => {
    const others = [{ validation: 0.1 }, { eval_batches: 4 }, { context: 32 }, { batch_size: 4 }];
    for (const other of others) expect(areComparable(held(), held(other))).toBe(false);
    expect(areComparable(held(), own())).toBe(false);
    expect(areComparable(held({}, "a"), held({}, "b"))).toBe(false);
    expect(areComparable(own({}, "v"), own({}, "w"))).toBe(false);
    const weighted = [{ files: ["a.txt"] }, { files: ["b.txt"] }];
    expect(areComparable(held({ data: ["a.txt", "b.txt"] }), held({ data: weighted }))).toBe(false);
  });

  it("are told apart by paths where nothing else was saved", () => {
    const older = (more: object): Validated => ({ settings: { ...usual, ...more } });
    expect(areComparable(older({}), held())).toBe(true);
    expect(areComparable(older({ data: ["b.txt"] }), held())).toBe(false);
  });
});

describe("a part that is held back", () => {
  it("is told where another was before", () => {
    expect(trainedOnBefore(held(), held({ validation: 0.4 }))).toMatchInlineSnapshot(`
      [
        "what is held back to validate with is another part of the data now, and some of it may have been trained on, which makes validation losses too low: \`validationShare: 0.05\` keeps the part of before",
      ]
    `);
    expect(trainedOnBefore(own(), held())).toMatchInlineSnapshot(`
      [
        "what is held back to validate with is another part of the data now, and all of it may have been trained on, which makes validation losses too low: \`validationData\` with what it validated with before keeps that",
      ]
    `);
    expect(trainedOnBefore(held({ validation: 0 }), held()).join()).toContain("all of it");
  });

  it("is not where it is the same, or there is none", () => {
    expect(trainedOnBefore(held(), held({ seed: 5 }))).toEqual([]);
    expect(trainedOnBefore(held(), held({ validation: 0 }))).toEqual([]);
    expect(trainedOnBefore(held(), own({ validation: 0.4 }))).toEqual([]);
    // Of other data nothing is known.
    expect(trainedOnBefore(held(), held({ validation: 0.4 }, "b"))).toEqual([]);
  });
});
