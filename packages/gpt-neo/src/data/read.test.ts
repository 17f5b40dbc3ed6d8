import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wholeDocuments } from "../../test/support/whole-documents.ts";
import { bytesTokenizer } from "../tokenizer/bytes.ts";
import { gpt2Tokenizer } from "../tokenizer/gpt2.ts";
import { linesOf } from "./lines.ts";
import { readDocuments } from "./read.ts";
import { readIds } from "./read-ids.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/data/", import.meta.url));
const expected: Record<string, string[]> = JSON.parse(
  await readFile(`${fixtures}expected.json`, "utf8"),
);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function textsOf(...files: string[]): Promise<string[]> {
  const texts: string[] = [];
  let held = "";
  for await (const part of readDocuments(files)) {
    if (part.kind === "text") held += part.text;
    if (!part.end) continue;
    texts.push(held);
    held = "";
  }
  return texts;
}

const written = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

describe("readDocuments", () => {
  const good = Object.keys(expected).filter((name) => !/^(bad|invalid)/.test(name));
  it.each(good)("reads %s", async (name) => {
    expect(await textsOf(fixtures + name)).toEqual(expected[name]);
  });

  it("names the line that is no JSON, and the byte that is no UTF-8", async () => {
    await expect(textsOf(`${fixtures}bad-line.jsonl`)).rejects.toMatchObject({
      code: "bad-file",
      details: { file: `${fixtures}bad-line.jsonl`, line: 2, offset: 58 },
    });
    await expect(textsOf(`${fixtures}invalid-utf8.txt`)).rejects.toMatchObject({
      code: "bad-file",
      details: { offset: 3 },
    });
  });

  it("finds the byte that is no UTF-8, wherever chunks are cut", async () => {
    for (const before of [(1 << 18) - 3, (1 << 18) - 1, 1 << 18, (1 << 18) + 1]) {
      // A character of three bytes lies across the border of two chunks; then comes a bad byte.
      const head = Buffer.concat([Buffer.alloc(before, "a"), Buffer.from("中")]);
      const bad = await written("bad.txt", Buffer.concat([head, Uint8Array.of(0xff), head]));
      await expect(textsOf(bad)).rejects.toMatchObject({ details: { offset: before + 3 } });
      const cut = await written("cut.txt", Buffer.concat([head, Uint8Array.of(0xf0, 0x9f)]));
      await expect(textsOf(cut)).rejects.toMatchObject({ details: { offset: before + 3 } });
    }
  });

  it.each([
    ["neither", '{"a": 1}', /its keys: a/],
    ["both", '{"text": "", "input_ids": []}', /both/],
    ["a number", "3", /neither an object nor a string/],
    ["text that is none", '{"text": 3}', /its text is no text/],
    ["ids that are none", '{"input_ids": [1, -1]}', /no list of whole numbers/],
    ["ids that are floats", '{"input_ids": [1.5]}', /no list of whole numbers/],
  ])("refuses a line with %s", async (_, line, reason) => {
    const file = await written("odd.jsonl", `{"text": "fine"}\n\n${line}\n`);
    await expect(textsOf(file)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(reason),
      details: { line: 3, offset: 18 },
    });
  });

  it("reads a JSON list, a document alone, and lines, packed or not", async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `${i}: "naïve" ${"\n".repeat(i % 7)}`);
    const list = JSON.stringify(texts.map((text, i) => (i % 2 === 0 ? text : { text })));
    const lines = texts.map((text) => JSON.stringify({ text })).join("\n");
    expect(await textsOf(await written("list.json", list))).toEqual(texts);
    expect(await textsOf(await written("list.json.gz", gzipSync(list)))).toEqual(texts);
    expect(await textsOf(await written("lines.json", lines))).toEqual(texts);
    expect(await textsOf(await written("lines.ndjson", lines))).toEqual(texts);
    expect(await textsOf(await written("lines.jsonlines.gz", gzipSync(lines)))).toEqual(texts);
    const one = JSON.stringify({ text: ["a", "b"] }, null, 2);
    expect(await textsOf(await written("one.json", one))).toEqual(["a\n\nb"]);
    const bad = await written("bad.json", '[\n{"text": "a"},\n{"title": NaN}]');
    await expect(textsOf(bad)).rejects.toThrow(/bad\.json:3: it has neither.*its keys: title/);
  });

  it("reads ids of 16 bits without an index", async () => {
    const ids = Uint16Array.from({ length: (1 << 19) + 3 }, (_, i) => (i * 7919) % 65536);
    for (const count of [0, 3, 1 << 18, 1 << 19, ids.length]) {
      const bytes = new Uint8Array(ids.buffer, 0, 2 * count);
      for (const file of [await written("a.bin", bytes), await written("a.gz", gzipSync(bytes))]) {
        const found: number[] = [];
        const ends: boolean[] = [];
        for await (const part of readDocuments([file], { inputFormat: "uint16" })) {
          if (part.kind !== "ids") throw new Error("no ids");
          for (const id of part.ids) found.push(id);
          ends.push(part.end);
        }
        expect(Buffer.compare(Buffer.from(Uint16Array.from(found).buffer), bytes)).toBe(0);
        expect(ends).toEqual([...ends.slice(1).map(() => false), true]);
      }
    }
    const odd = await written("odd.bin", Uint8Array.of(1, 0, 2));
    const reading = readDocuments([odd], { inputFormat: "uint16" }).next();
    await expect(reading).rejects.toMatchObject({
      details: { offset: 2, reason: "it ends within an id of 16 bits" },
    });
    await expect(textsOf(odd)).rejects.toThrow(
      /no .*odd\.idx beside it.*\n.*\n.*`inputFormat: "uint16"`/,
    );
  });

  it("reads numbers that Python writes and JSON has not", async () => {
    const lines = ['{"text": "NaN", "score": NaN}', '{"least": -Infinity, "text": "b"}'];
    const file = await written("python.jsonl", lines.join("\n"));
    expect(await textsOf(file)).toEqual(["NaN", "b"]);
    const wrong = await written("python-wrong.jsonl", '{"text": NaN}\n');
    await expect(textsOf(wrong)).rejects.toThrow(/its text is no text/);
  });

  it("refuses bad UTF-8 in a line, names that tell no format, and files that are not there", async () => {
    const head = '{"text": "a"}\n';
    const file = await written(
      "bytes.jsonl",
      Buffer.concat([
        Buffer.from(`${head}{"text": "`),
        Uint8Array.of(0xc3, 0x28),
        Buffer.from('"}'),
      ]),
    );
    await expect(textsOf(file)).rejects.toMatchObject({
      details: { line: 2, offset: head.length + 10 },
    });
    const parquet = await written("data.parquet", Buffer.from("PAR1"));
    await expect(textsOf(parquet)).rejects.toMatchObject({ code: "bad-argument" });
    // Of what is not there, the name is not the matter, whatever it tells.
    for (const name of ["none.txt", "none", "none.parquet"]) {
      await expect(textsOf(join(folder, name))).rejects.toThrow(/none[^ ]*: there is no such file/);
    }
    const near = join(folder, "bites.jsonl");
    await expect(textsOf(near)).rejects.toMatchObject({
      details: { try: [file, expect.stringContaining("a folder, a pattern")] },
    });
  });

  it("cuts lines as they are, for any content", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "\r", " ") });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.boolean(), async (lines, ended) => {
        const text = lines.join("\n") + (ended ? "\n" : "");
        const file = await written("lines.txt", text);
        const found: string[] = [];
        for await (const { bytes, line: number, offset } of linesOf(file)) {
          found.push(Buffer.from(bytes).toString());
          expect(number).toBe(found.length);
          expect(Buffer.from(text).subarray(0, offset).toString().split("\n")).toHaveLength(number);
        }
        const wanted = text.split("\n");
        if (wanted.at(-1) === "") wanted.pop();
        const stripped = (l: string, i: number) =>
          l.endsWith("\r") && (i < wanted.length - 1 || text.endsWith("\n")) ? l.slice(0, -1) : l;
        expect(found).toEqual(wanted.map(stripped));
      }),
      { numRuns: 100 },
    );
  });
});

describe("readIds", () => {
  it("gives whole documents, the ids of a file in parts being those of its text", async () => {
    const text = "All work and no play\n\n makes  naïve 中文🙂 Jack's\u0085day. ".repeat(11_000);
    expect(text.length).toBeGreaterThan(2 << 18);
    const file = await written("long.txt", text);
    for (const tokenizer of [bytesTokenizer, gpt2Tokenizer()]) {
      for await (const row of wholeDocuments(readIds([file], { tokenizer, size: 50257 }))) {
        expect(
          Buffer.compare(Buffer.from(row.buffer), Buffer.from(tokenizer.encode(text).buffer)),
        ).toBe(0);
      }
    }
  });

  it("takes ids as they stand, within the vocabulary", async () => {
    const file = await written("ids.jsonl", '{"input_ids": [1, 2]}\n{"input_ids": [96]}');
    const rows: number[][] = [];
    for await (const ids of wholeDocuments(readIds([file], { tokenizer: undefined, size: 97 }))) {
      rows.push([...ids]);
    }
    expect(rows).toEqual([[1, 2], [96]]);
    await appendFile(file, '\n{"text": "a"}');
    const all = async (size: number) => {
      for await (const _ of readIds([file], { tokenizer: undefined, size }));
    };
    await expect(all(96)).rejects.toThrow(/id 96 is not in the vocabulary of 96/);
    await expect(all(97)).rejects.toMatchObject({ code: "bad-argument" });
  });
});
