import { readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { writeIndexed } from "../data/mmididx/index.ts";
import { readDocuments } from "../data/read.ts";
import { gpt2Tokenizer, makeTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import { type TokenizeOptions, tokenize } from "./tokenize.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
const gpt2 = gpt2Tokenizer();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenize-"));
});
afterAll(() => rm(folder, { recursive: true }));

let outs = 0;
const options = (more: Partial<TokenizeOptions> = {}): TokenizeOptions => ({
  out: join(folder, `out${outs++}`),
  name: "text_document",
  format: "bin",
  tokenizer: { kind: "gpt2" },
  read: {},
  workers: 0,
  example: 17,
  perFile: 4,
  ...more,
});

/** All ids of files, with a -1 where a document ends. */
async function idsIn(paths: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for await (const part of readDocuments(paths)) {
    if (part.kind === "ids") for (const id of part.ids) ids.push(id);
    if (part.end && !part.joined) ids.push(-1);
  }
  return ids;
}

async function expectedIds(paths: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  let text = "";
  for await (const part of readDocuments(paths)) {
    if (part.kind === "ids") ids.push(...part.ids);
    else text += part.text;
    if (!part.end) continue;
    if (part.kind === "text") ids.push(...gpt2.encode(text));
    if (ids.at(-1) !== gpt2.endOfText || part.kind === "text") ids.push(gpt2.endOfText);
    ids.push(-1);
    text = "";
  }
  return ids;
}

const sources: readonly string[] = [
  `${fixtures}documents`,
  `${fixtures}data/list.json`,
  `${fixtures}packed/multi-frame.jsonl.zst`,
  `${fixtures}mmididx/u16.bin`,
];
/** What the files of ids have in them. */
const filesOf = (out: string) =>
  Object.fromEntries(
    readdirSync(out)
      .filter((name) => !name.endsWith(".json"))
      .sort()
      .map((name) => [name, readFileSync(join(out, name)).toString("hex")]),
  );

describe("tokenize", () => {
  it("writes every document with its end of text, in the order of the data", async () => {
    const task = options();
    const done = await tokenize(sources, task);
    const expected = await expectedIds(sources);
    expect(await idsIn([join(task.out, "text_document.bin")])).toEqual(expected);
    expect(done).toMatchObject({
      documents: expected.filter((id) => id === -1).length,
      tokens: expected.filter((id) => id >= 0).length,
      finished: true,
    });
    expect(readdirSync(task.out).sort()).toEqual([
      "text_document.bin",
      "text_document.idx",
      "text_document.progress.json",
    ]);
  });

  it("writes TFRecords in the old scripts' names and loses no rest", async () => {
    const task = options({ format: "tfrecords", name: "tiny" });
    const { files } = await tokenize([sources[0]!], task);
    const expected = (await expectedIds([sources[0]!])).filter((id) => id >= 0);
    expect(await idsIn(files)).toEqual(expected);
    expect(files.slice(0, -1).every((name) => /tiny_\d+_4\.tfrecords$/.test(name))).toBe(true);
    expect(files.at(-1)).toMatch(/tiny_\d+_\d\.tfrecords$/);
  });

  it.each(["json-template", "json-template-both"])(
    "puts around every text what %s says, and no second end",
    async (name) => {
      const source = await tokenizerSource(`${fixtures}tokenizer-folders/${name}`);
      const tokenizer = makeTokenizer(source);
      const texts = ["a text", `${"words in parts ".repeat(20_000)}end`, ""];
      const files = [join(folder, "long.txt"), join(folder, "lines.jsonl")] as const;
      await writeFile(files[0], texts[1]!);
      await writeFile(files[1], texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
      const task = options({ tokenizer: source });
      await tokenize(files, task);
      const found = await idsIn([join(task.out, "text_document.bin")]);
      const expected = [texts[1]!, ...texts].flatMap((text) => {
        const ids = [...tokenizer.encode(text)];
        return [...ids, ...(ids.at(-1) === tokenizer.endOfText ? [] : [tokenizer.endOfText]), -1];
      });
      expect(found).toEqual(expected);
      expect(found[0]).toBe(0);
    },
  );

  it("writes the same bytes on threads", async () => {
    const one = options();
    const two = options({ workers: 2 });
    await tokenize(sources, one);
    await tokenize(sources, two);
    expect(filesOf(two.out)).toEqual(filesOf(one.out));
  });

  it("goes on after a stop anywhere, and writes the same bytes", async () => {
    const lines = Array.from({ length: 300 }, (_, i) =>
      JSON.stringify({ text: `line ${i} `.repeat(i) }),
    );
    const big = join(folder, "big.jsonl");
    await writeFile(big, `${lines.join("\n")}\n`);
    const text = join(folder, "big.txt");
    await writeFile(text, "some words of a text\n".repeat(30_000));
    const inputs = [big, text, ...sources.slice(0, 3)];
    for (const format of ["bin", "tfrecords"] as const) {
      const small = { format, tokenizer: { kind: "bytes" }, example: 500, perFile: 200 } as const;
      const whole = options(small);
      const { documents } = await tokenize(inputs, whole);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 12 }), async (stops) => {
          const task = options({ ...small, saveEvery: 0 });
          for (const stop of stops) {
            let units = 0;
            await tokenize(inputs, { ...task, stopped: () => units++ >= stop });
          }
          const done = await tokenize(inputs, task);
          expect(done).toMatchObject({ documents, finished: true });
          expect(filesOf(task.out)).toEqual(filesOf(whole.out));
          await rm(task.out, { recursive: true });
        }),
        { numRuns: draws(6) },
      );
    }
  });

  it("names the line that is wrong, from a thread as from none", async () => {
    for (const workers of [0, 1]) {
      const bad = tokenize([`${fixtures}data/bad-line.jsonl`], options({ workers }));
      await expect(bad).rejects.toMatchObject({
        code: "bad-file",
        details: { line: 2, offset: 58, file: `${fixtures}data/bad-line.jsonl` },
      });
    }
  });

  it("refuses ids that the vocabulary does not have, rather than write others", async () => {
    const jsonl = join(folder, "ids.jsonl");
    await writeFile(jsonl, '{"input_ids": [1]}\n{"input_ids": [2, 65537]}\n');
    const reason = /the id 65537 is not in the tokenizer's vocabulary of 50257/;
    await expect(tokenize([jsonl], options())).rejects.toThrow(reason);
    const bin = join(folder, "large-ids.bin");
    await writeIndexed(bin, [[[1, 65537]]], { vocabSize: 100_000 });
    await expect(tokenize([bin], options({ workers: 1 }))).rejects.toThrow(reason);
  });

  it("does not go on with what another command began", async () => {
    const task = options();
    await tokenize(sources, { ...task, stopped: () => true });
    const other = tokenize(sources, { ...task, tokenizer: { kind: "bytes" } });
    await expect(other).rejects.toThrow(/begun with other data or options/);
  });

  it.each(["bin", "tfrecords"] as const)("finds %s that are finished", async (format) => {
    const task = options({ format });
    const done = await tokenize(sources, task);
    const before = readdirSync(task.out).map((name) => statSync(join(task.out, name)).mtimeMs);
    let units = 0;
    const again = await tokenize(sources, { ...task, onProgress: () => units++ });
    expect(again).toEqual({ ...done, resumed: done.documents });
    expect(units).toBe(0);
    expect(readdirSync(task.out).map((name) => statSync(join(task.out, name)).mtimeMs)).toEqual(
      before,
    );

    const other = tokenize(sources, { ...task, example: 18 });
    await expect(other).rejects.toThrow(/finished with other data or options/);

    const whole = filesOf(task.out);
    await rm(done.files.at(-1)!);
    expect(await tokenize(sources, task)).toEqual(done);
    expect(filesOf(task.out)).toEqual(whole);
  });

  it.each([
    ["bin", 4],
    ["tfrecords", 4],
    ["tfrecords", 1000],
  ] as const)("goes on after a stop while %s are ended (%i a file)", async (format, perFile) => {
    const task = options({ format, perFile });
    let units = 0;
    const done = await tokenize(sources, { ...task, onProgress: () => units++ });
    const whole = filesOf(task.out);
    const stopped = options({ format, perFile });
    await tokenize(sources, { ...stopped, stopped: () => --units === 0 });
    // As if all files had their last names already, but that they have was not written down.
    for (const name of readdirSync(stopped.out).filter((name) => /sizes|json/.test(name))) {
      await copyFile(join(stopped.out, name), join(task.out, name));
    }
    expect(await tokenize(sources, task)).toMatchObject({ files: done.files, finished: true });
    expect(filesOf(task.out)).toEqual(whole);
  });
});
