import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fixture } from "../../test/support/expected.ts";
import type { Chunk } from "../data/index.ts";
import { readIds } from "../data/index.ts";
import { makeTokenizer, type TokenizerSource, tokenizerSource } from "../tokenizer/index.ts";
import type { CutFile } from "./borders.ts";
import { openChunkedText } from "./chunked-text.ts";
import { openCrew } from "./crew.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chunked-text-"));
});
afterAll(() => rm(folder, { recursive: true }));

const folderSource = (name: string) =>
  tokenizerSource(fixture(`tokenizer-folders/${name}`), "the test");
const sources: readonly (readonly [string, TokenizerSource])[] = [
  ["bytes", { kind: "bytes" }],
  ["gpt2", { kind: "gpt2" }],
  ["a space before words", await folderSource("json-prefix-space")],
  ["a template around texts", await folderSource("json-template")],
];

interface Written {
  readonly format: "txt" | "jsonl";
  readonly text: string;
}

async function written(files: readonly Written[]): Promise<CutFile[]> {
  return Promise.all(
    files.map(async ({ format, text }, i) => {
      const file = join(folder, `${i}.${format}`);
      await writeFile(file, text);
      return { file, format, size: (await stat(file)).size };
    }),
  );
}

function textOf(files: readonly CutFile[], source: TokenizerSource, chunkBytes: number) {
  const tokenizer = makeTokenizer(source);
  const { endOfText, vocabSize: size } = tokenizer;
  const crew = openCrew(0, { tokenizer: source, textKey: undefined, endOfText }, tokenizer);
  const text = openChunkedText(files, { named: "the text", endOfText, size, crew, chunkBytes });
  return { text, tokenizer, endOfText, size };
}

function idsOf({ source }: Chunk): number[] {
  const ids = new Int32Array(source.length);
  source.read(0, ids);
  return [...ids];
}

const letters = fc.constantFrom(
  "a",
  "bc",
  "ä",
  "漢",
  "🙂",
  "é́",
  " ",
  "  ",
  "\n",
  "\r\n",
  "\u00a0",
  "\u3000",
  ". ",
  "\ufeff",
  "1",
);
const text = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(""));
const lines = fc
  .array(
    fc.oneof(
      text.map((one) => JSON.stringify({ text: one })),
      fc.constantFrom("", "  ", '"x"'),
    ),
    { maxLength: 8 },
  )
  .map((all) => all.join("\n"));
const anyFile: fc.Arbitrary<Written> = fc.oneof(
  text.map((one) => ({ format: "txt" as const, text: one })),
  fc
    .tuple(lines, fc.constantFrom("", "\n"))
    .map(([all, end]) => ({ format: "jsonl" as const, text: all + end })),
);

it.each(sources)(
  "chunks of any size are the text, each id in one of them: %s",
  async (_, source) => {
    const files = fc.array(anyFile, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 3, max: 120 }), async (content, chunkBytes) => {
        const cut = (await written(content)).filter(({ size }) => size > 0);
        const { text, tokenizer, endOfText, size } = textOf(cut, source, chunkBytes);
        const whole: number[] = [];
        const paths = cut.map(({ file }) => file);
        let last: number | undefined;
        for await (const { ids, end } of readIds(paths, { tokenizer, size })) {
          whole.push(...ids);
          last = ids.at(-1) ?? last;
          if (!end) continue;
          if (last !== endOfText) whole.push(endOfText);
          last = undefined;
        }
        const found: number[] = [];
        for (const { load } of text.chunks) {
          const ids = idsOf(await load());
          // What begins with a document is predicted from an end of text, which is no id of its own.
          found.push(...(ids[0] === endOfText ? ids.slice(1) : ids));
        }
        expect(found).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  },
);

it("text without white space is cut between characters, and lines are whole however long", async () => {
  const word = "漢🙂a".repeat(40_000);
  const long = { format: "txt", text: word } as const;
  const { text } = textOf(await written([long]), { kind: "bytes" }, 1 << 17);
  const parts: number[] = [];
  for (const { load } of text.chunks) {
    const ids = idsOf(await load()).filter((id) => id < 256);
    // Each is text by itself.
    expect(() =>
      new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(ids)),
    ).not.toThrow();
    for (const id of ids) parts.push(id);
  }
  expect(Buffer.from(parts).toString()).toBe(word);
  expect(text.chunks.length).toBeGreaterThan(2);

  const line = `${JSON.stringify("x".repeat(500_000))}\n`;
  const lines = textOf(
    await written([{ format: "jsonl", text: line.repeat(2) }]),
    { kind: "bytes" },
    1 << 16,
  );
  const sizes = await Promise.all(
    lines.text.chunks.map(async ({ load }) => (await load()).end - 1),
  );
  expect(sizes.filter((size) => size > 0)).toEqual([500_001, 500_001]);
});

it.each([
  ["bad.jsonl", `${'"a line"\n'.repeat(30)}{"text": \n"another"\n`, /0\.jsonl:31: it is not JSON/],
  [
    "bad.txt",
    Buffer.concat([Buffer.from("some words ".repeat(30)), Buffer.of(0xff), Buffer.from(" more")]),
    /it is not UTF-8 from byte 330 on/,
  ],
] as const)(
  "what is wrong with a chunk is said with its place: %s",
  async (name, content, expected) => {
    const format = name.endsWith("txt") ? "txt" : "jsonl";
    const file = join(folder, `0.${format}`);
    await writeFile(file, content);
    const cut = [{ file, format, size: (await stat(file)).size }] as const;
    const { text } = textOf(cut, { kind: "bytes" }, 64);
    const failed = await Promise.all(
      text.chunks.map(({ load }) =>
        load().then(
          () => undefined,
          (error: Error) => error.message,
        ),
      ),
    );
    expect(failed.filter((message) => message !== undefined)).toEqual([
      expect.stringMatching(expected),
    ]);
  },
);
