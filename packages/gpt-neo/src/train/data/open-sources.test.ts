import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openInPlace, type TokenSource } from "../../data/index.ts";
import { makeTokenizer } from "../../tokenizer/index.ts";
import { cachedIds } from "./cache.ts";
import { openSources } from "./open-sources.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-sources-"));
});
afterAll(() => rm(folder, { recursive: true }));

function idsOf(source: TokenSource): number[] {
  const ids = new Int32Array(source.length);
  source.read(0, ids);
  source.close();
  return [...ids];
}

it.each([
  ["gpt2", 50256],
  ["bytes", 256],
  ["bytes", 9],
] as const)(
  "text has the same ids from memory and from a cache: %s, ended by %i",
  async (kind, end) => {
    const lines = [{ text: "The ship\n\n sank." }, { text: "" }, { input_ids: [1, 2, end] }];
    const [jsonl, txt] = [join(folder, "a.jsonl"), join(folder, "b.txt")];
    await writeFile(
      jsonl,
      [...lines, { text: "naïve 🙂" }].map((line) => JSON.stringify(line)).join("\n"),
    );
    await writeFile(txt, `${"Some words, again. ".repeat(50)}\n`);
    const tokenizer = makeTokenizer({ kind });
    const vocabulary = { tokenizer, size: tokenizer.vocabSize };
    const options = { endOfText: end, cache: join(folder, "cache"), source: { kind } };
    const opened = await openSources([jsonl, txt], vocabulary, options);
    const [memory, ...others] = opened.sources;
    expect(others).toEqual([]);
    const files = [
      { file: jsonl, format: "jsonl" },
      { file: txt, format: "txt" },
    ] as const;
    const { file: bin } = await cachedIds(files, { kind }, options);
    const cached = await openInPlace(
      { file: bin, format: "bin" },
      { size: tokenizer.vocabSize, endOfText: end },
    );
    expect(idsOf(cached!)).toEqual(idsOf(memory!));
  },
);

it("ids in a cache that a disk has changed are told where they are read", async () => {
  const file = join(folder, "changed.txt");
  await writeFile(file, "Some words, again. ".repeat(50_000));
  const options = { endOfText: 256, cache: join(folder, "changed") };
  const given = [{ file, format: "txt" }] as const;
  const cached = await cachedIds(given, { kind: "bytes" }, options);
  const bytes = await readFile(cached.file);
  bytes[1_500_000]! ^= 1;
  await writeFile(cached.file, bytes);
  const { file: bin, sums } = await cachedIds(given, { kind: "bytes" }, options);
  const where = { size: 257, endOfText: 256, sums };
  const source = (await openInPlace({ file: bin, format: "bin" }, where))!;
  source.read(1, new Int32Array(500_000));
  expect(() => source.read(700_000, new Int32Array(100))).toThrow("it is not as it was written");
  source.close();
});
