import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { indexOf } from "../../../test/support/index-of.ts";
import { fill } from "../fill.ts";
import { readIds } from "../read-ids.ts";
import { tokenStore } from "../store.ts";
import { openUint16InPlace } from "../uint16-in-place.ts";
import { openInPlace } from "./in-place.ts";
import { writeIndexed } from "./write.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "in-place-"));
});
afterAll(() => rm(folder, { recursive: true }));

const end = 9;
const options = { size: 10, endOfText: end };

/** The stream that reading all of a file makes. */
async function whole(file: string, inputFormat?: "uint16"): Promise<number[]> {
  const store = tokenStore();
  const parts = readIds([file], { tokenizer: undefined, size: 10 }, { inputFormat });
  await fill([store], parts, { endOfText: end, validation: 0 });
  const ids = new Int32Array(store.length);
  store.read(0, ids);
  store.close();
  return [...ids];
}

const document = fc.array(fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 5 }), {
  minLength: 1,
  maxLength: 3,
});

describe("indexed data where they lie", () => {
  it.each([
    ["without ends of text", (sequences: number[][]) => sequences],
    [
      "with them",
      (sequences: number[][]) => [...sequences.slice(0, -1), [...sequences.at(-1)!, end]],
    ],
  ])("%s are the stream that reading them makes, from any place on", async (name, made) => {
    const file = join(folder, `${name.length}.bin`);
    const documents = fc
      .array(document, { minLength: 1, maxLength: 12 })
      .filter((all) => all.flat(2).length > 0);
    await fc.assert(
      fc.asyncProperty(documents, fc.nat(), fc.nat(), async (all, a, b) => {
        await writeIndexed(file, all.map(made), { vocabSize: 10 });
        const source = (await openInPlace(file, options))!;
        const expected = await whole(file);
        expect(source.length).toBe(expected.length);
        const [first, last] = [a % expected.length, b % expected.length].sort((x, y) => x - y);
        const ids = new Int32Array(last! - first! + 1);
        source.read(first!, ids);
        expect([...ids]).toEqual(expected.slice(first, last! + 1));
        source.close();
      }),
      { numRuns: draws(60) },
    );
  });

  it("say what is wrong with an id where it is met, and what else is there is read", async () => {
    const file = join(folder, "wrong.bin");
    await writeIndexed(file, [[[1, 2, 3]], [[4, 70, 5]]], { vocabSize: 100 });
    const source = (await openInPlace(file, options))!;
    const ids = new Int32Array(4);
    source.read(0, ids);
    expect([...ids]).toEqual([end, 1, 2, 3]);
    expect(() => source.read(4, ids)).toThrowError(
      expect.objectContaining({
        code: "bad-file",
        message: expect.stringContaining("the id 70 is not in the vocabulary of 10"),
        details: expect.objectContaining({ file, offset: 8 }),
      }),
    );
    source.close();
  });

  it("that have become shorter since are an error, not other ids", async () => {
    const file = join(folder, "cut.bin");
    await writeIndexed(file, [[[1, 2, 3, 4, 5, 6]]], { vocabSize: 10 });
    const source = (await openInPlace(file, options))!;
    await truncate(file, 8);
    expect(() => source.read(1, new Int32Array(6))).toThrowError(/ends early/);
    source.close();
  });

  it("are opened without being read: of a large pair nothing but some places", async () => {
    const file = join(folder, "large.bin");
    // A hole of 40 GB, which no disk has to hold and nobody could read in a test's time.
    const [documents, each] = [100_000, 200_000];
    await writeFile(file, "");
    await truncate(file, 2 * documents * each);
    await writeFile(file.replace(/bin$/, "idx"), indexOf(documents, each));
    const source = (await openInPlace(file, options))!;
    expect(source.length).toBe(1 + documents * (each + 1));
    const ids = new Int32Array(3);
    source.read(1 + 77_777 * (each + 1) - 2, ids);
    expect([...ids]).toEqual([0, end, 0]);
    source.close();
  });
});

describe("ids of 16 bits where they lie", () => {
  it.each([
    ["without an end of text", [1, 2, 3, 4, 5]],
    ["with one", [1, end, 3, 4, end]],
    ["that are none", []],
  ])("%s are the stream that reading them makes", async (_, ids) => {
    const file = join(folder, "ids.bin");
    await writeFile(file, new Uint8Array(Uint16Array.from(ids).buffer));
    const source = (await openUint16InPlace(file, options))!;
    const found = new Int32Array(source.length);
    source.read(0, found);
    source.close();
    expect([...found]).toEqual(await whole(file, "uint16"));
  });

  it("are an error where the file ends within one, and not read in place where they are packed", async () => {
    const file = join(folder, "odd.bin");
    await writeFile(file, new Uint8Array(5));
    await expect(openUint16InPlace(file, options)).rejects.toThrow(/ends within an id of 16 bits/);
    await writeFile(`${file}.gz`, gzipSync(new Uint8Array(6)));
    expect(await openUint16InPlace(`${file}.gz`, options)).toBeUndefined();
  });
});
