import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MtfError } from "mtf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "../crc32c.ts";
import { inspectData } from "../inspect/data.ts";
import { gpt2Tokenizer } from "../tokenizer/gpt2.ts";
import { bytesOf } from "./bytes/index.ts";
import { dataFiles } from "./files.ts";
import { loadData } from "./load.ts";
import { openIndexed, writeIndexed } from "./mmididx/index.ts";
import { readDocuments } from "./read.ts";
import { batchesInOrder } from "./samples.ts";
import { exampleOf, readExample, recordOf } from "./tfrecord/index.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(fixtures + path, "utf8"));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "formats-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function documentsOf(...files: string[]): Promise<(string | number[])[]> {
  const documents: (string | number[])[] = [];
  let held = "";
  for await (const part of readDocuments(files)) {
    if (part.kind === "ids") documents.push([...part.ids]);
    else held += part.text;
    if (part.kind === "ids" || !part.end) continue;
    documents.push(held);
    held = "";
  }
  return documents;
}

async function refused(promise: Promise<unknown>): Promise<MtfError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MtfError);
  const { code, details } = error as MtfError;
  expect(code).toBe("bad-file");
  expect(details).toMatchObject({ offset: expect.any(Number), reason: expect.any(String) });
  return error as MtfError;
}

describe("compressed files", () => {
  const { plain, files } = json("packed/expected.json");

  it.each(Object.keys(files))("%s", async (name) => {
    const expected = files[name];
    const file = `${fixtures}packed/${name}`;
    if (expected.error) {
      const error = await refused(documentsOf(file));
      expect(error.details.file).toBe(file);
      return;
    }
    const hash = createHash("sha256");
    for await (const chunk of bytesOf(file)) hash.update(chunk);
    expect(hash.digest("hex")).toBe(expected.uncompressed_sha256);

    const documents = await documentsOf(file);
    if (expected.n_documents) {
      expect(documents).toHaveLength(expected.n_documents);
      const short = documents.map((text) =>
        createHash("sha256").update(String(text)).digest("hex").slice(0, 16),
      );
      expect(short).toEqual(expected.text_sha256_each_first_8);
    } else if (name.startsWith("rle-block")) {
      expect(documents).toEqual(["a".repeat(70_000)]);
    } else {
      const list = expected.documents === "plain" ? plain : expected.documents;
      expect(documents).toEqual(list.map(([text]: [string]) => text));
    }
  });

  it("may ask for larger windows than are given without asking", async () => {
    const file = `${fixtures}packed/window-2gib.jsonl.zst`;
    const error = await refused(documentsOf(file));
    expect(error.message.replaceAll(fixtures, "")).toMatchInlineSnapshot(`
      "[bad-file] packed/window-2gib.jsonl.zst: it needs a window of 2GiB, more than the allowed 128MiB.
        at   packed/window-2gib.jsonl.zst, byte 5
        try  \`zstdWindow: 2147483648\`, if there is as much memory"
    `);
    const found: unknown[] = [];
    for await (const part of readDocuments([file], { zstdWindow: 2 ** 31 })) {
      found.push(part.kind === "text" && part.text);
    }
    expect(found).toEqual(plain.map(([text]: [string]) => text));
    // The largest that the format can say, which no reader takes.
    const most = readDocuments([`${fixtures}packed/window-too-large.jsonl.zst`], {
      zstdWindow: 2 ** 31,
    });
    const { message } = await refused(most.next());
    expect(message).toContain("more than any reader's 2GiB");
    expect(message).not.toContain("--zstd-window");
  });

  it("reach as far back as their windows", async () => {
    const file = `${fixtures}packed/far-match.txt.zst`;
    const hash = createHash("sha256");
    for await (const chunk of bytesOf(file, { zstdWindow: 2 ** 28 })) hash.update(chunk);
    // As sha256sum says of what zstd gives.
    const expected = "d9875581cb11922cccea3678a4720e8a96756002160dd845ddf81ad6b083d7d5";
    expect(hash.digest("hex")).toBe(expected);
    await refused(bytesOf(file, { zstdWindow: 2 ** 27 }).next());
  });

  it("name the part of the Pile that a document is of", async () => {
    const subsets: unknown[] = [];
    for await (const part of readDocuments([`${fixtures}packed/plain.jsonl.gz`])) {
      subsets.push(part.subset);
    }
    expect(subsets).toEqual(
      plain.map(([, meta]: [string, Record<string, string>]) => meta.pile_set_name),
    );
  });

  it("refuses an empty file, and bytes after the last member", async () => {
    for (const ending of [".gz", ".zst"]) {
      const empty = join(folder, `empty.jsonl${ending}`);
      await writeFile(empty, "");
      await refused(documentsOf(empty));
      const good = readFileSync(
        `${fixtures}packed/${ending === ".gz" ? "plain" : "one-frame"}.jsonl${ending}`,
      );
      for (const tail of ["x", "\0x"]) {
        const file = join(folder, `tail.jsonl${ending}`);
        await writeFile(file, Buffer.concat([good, Buffer.from(tail)]));
        await refused(documentsOf(file));
      }
    }
  });
});

describe("TFRecords", () => {
  const expected: Record<string, number[][]> = json("tfrecords/expected.json");

  it.each(Object.keys(expected))("%s", async (name) => {
    expect(await documentsOf(`${fixtures}tfrecords/${name}`)).toEqual(expected[name]);
  });

  it.each(Object.keys(expected).filter((name) => name !== "docs_0.tfrecords"))(
    "%s is written byte for byte",
    (name) => {
      const records = expected[name]!.map((ids) => recordOf(exampleOf("text", ids)));
      expect(Buffer.concat(records).equals(readFileSync(`${fixtures}tfrecords/${name}`))).toBe(
        true,
      );
    },
  );

  it("have the checksum of the standard, and the record of the format's description", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    const record = recordOf(exampleOf("text", [1, 2, 300, 50256]));
    const payload = "0a150a130a0474657874120b1a090a070102ac02d08803";
    expect(Buffer.from(record).toString("hex")).toBe(`1700000000000000e7cef81e${payload}fe582b34`);
  });

  it("may have their integers unpacked, and a hash beside them", async () => {
    const unpacked = Buffer.concat([
      Buffer.from("0a100a0e0a0474657874", "hex"),
      Buffer.from("12061a04" + "0801" + "0803", "hex"),
    ]);
    expect(readExample(unpacked).integers.get("text")).toEqual([1, 3]);

    // The older script's layout: {"hash": bytes, "text": ids}.
    const hash = Buffer.from("0a0d" + "0a0468617368" + "12050a030a0161", "hex");
    const text = exampleOf("text", [7, 8]).subarray(2);
    const both = Buffer.concat([Buffer.from([0x0a, hash.length + text.length]), hash, text]);
    const example = readExample(both);
    expect(example.integers.get("text")).toEqual([7, 8]);
    expect([...example.others]).toEqual(["hash"]);
    const file = join(folder, "old.tfrecords");
    await writeFile(file, Buffer.concat([recordOf(both), recordOf(both)]));
    for await (const part of readDocuments([file])) expect(part.joined).toBeUndefined();
  });

  it.each([
    ["a length", 3, /length is wrong/],
    ["data", 20, /data is wrong/],
    ["its end", -1, /ends early/],
  ])("refuse a record with a damaged %s", async (_, at, reason) => {
    const bytes = readFileSync(`${fixtures}tfrecords/tiny_0_4.tfrecords`);
    if (at < 0) await writeFile(join(folder, "bad.tfrecords"), bytes.subarray(0, at));
    else {
      bytes[at]! ^= 1;
      await writeFile(join(folder, "bad.tfrecords"), bytes);
    }
    const error = await refused(documentsOf(join(folder, "bad.tfrecords")));
    expect(error.message).toMatch(reason);
  });
});

describe("indexed data", () => {
  const { files, hostile } = json("mmididx/expected.json");

  it.each(Object.keys(files))("%s", async (name) => {
    const expected = files[name];
    const data = await openIndexed(`${fixtures}mmididx/${name}`);
    expect(data.type.name).toBe(expected.dtype);
    expect([data.sequences, data.documents]).toEqual([
      expected.sequences.length,
      expected.documents.length,
    ]);
    for (const [i, sequence] of expected.sequences.entries()) {
      expect(Array.from(await data.read(i), Number)).toEqual(sequence);
      expect((await data.place(i)).offset).toBe(expected.sequence_pointers[i]);
    }
    await data.close();
    if (name === "i64") {
      await refused(documentsOf(`${fixtures}mmididx/${name}.bin`));
      return;
    }
    const documents: number[][] = [[]];
    for await (const part of readDocuments([`${fixtures}mmididx/${name}.bin`])) {
      if (part.kind === "ids") documents.at(-1)!.push(...part.ids);
      if (part.end) documents.push([]);
    }
    expect(documents.slice(0, -1)).toEqual(expected.documents);
  });

  it.each(["u16", "u16-sentences", "i32", "i32-sentences", "one", "empty-document", "merged"])(
    "%s is written byte for byte",
    async (name) => {
      const { dtype, sequences, document_indices: edges } = files[name];
      const documents = edges
        .slice(1)
        .map((next: number, i: number) => sequences.slice(edges[i], next));
      const vocabSize = dtype === "uint16" ? 50257 : 100_000;
      await writeIndexed(join(folder, name), documents, { vocabSize });
      for (const end of ["bin", "idx"]) {
        const [written, given] = [join(folder, name), `${fixtures}mmididx/${name}`].map((path) =>
          readFileSync(`${path}.${end}`).toString("hex"),
        );
        expect(written).toBe(given);
      }
    },
  );

  it("is written as the format's description has it", async () => {
    await writeIndexed(join(folder, "two"), [[[5, 6, 7]], [[8, 9]]], { vocabSize: 50257 });
    expect(readFileSync(join(folder, "two.bin")).toString("hex")).toBe("05000600070008000900");
    expect(readFileSync(join(folder, "two.idx")).toString("hex")).toBe(
      "4d4d49444944580000010000000000000008020000000000000003000000000000000300000002000000" +
        "00000000000000000600000000000000000000000000000001000000000000000200000000000000",
    );
  });

  it("merged by NeoX's tool, whose index has no documents, is one for each sequence", async () => {
    const { sequences, document_indices: edges } = files.merged;
    const index = readFileSync(`${fixtures}mmididx/merged.idx`).subarray(
      0,
      -8 * (edges.length - 1),
    );
    index.writeBigUint64LE(1n, 26);
    await writeFile(join(folder, "neox.idx"), index);
    await copyFile(`${fixtures}mmididx/merged.bin`, join(folder, "neox.bin"));
    expect(await documentsOf(join(folder, "neox.bin"))).toEqual(sequences);
    const { documents, tokens } = await inspectData([join(folder, "neox.bin")]);
    expect([documents, tokens]).toEqual([sequences.length, sequences.flat().length]);
  });

  it.each(Object.keys(hostile))("%s", async (name) => {
    const reading = documentsOf(`${fixtures}mmididx/hostile/${name}.bin`);
    if (hostile[name].reference === "accepts") await reading;
    else await refused(reading);
  });
});

describe("the original's documents", () => {
  const expected = json("documents/expected.json");

  it("have the original's ids", async () => {
    const tokenizer = gpt2Tokenizer();
    for (const [name, ids] of Object.entries<number[]>(expected.txt)) {
      const [text] = await documentsOf(`${fixtures}documents/${name}`);
      expect([...tokenizer.encode(String(text)), tokenizer.endOfText]).toEqual(ids);
    }
  });

  it("are found by folder and by pattern, in the order people count in", async () => {
    const texts = expected.archives.map(([, text]: [string, string]) => text);
    expect(await documentsOf(`${fixtures}documents/*.jsonl.zst`)).toEqual(texts);
    expect(await documentsOf(`${fixtures}documents`)).toHaveLength(texts.length + 8);
    await mkdir(join(folder, "many/deep"), { recursive: true });
    for (const name of ["10.txt", "9.txt", "deep/1.txt", "note.md"]) {
      await writeFile(join(folder, "many", name), "");
    }
    const names = async (path: string) =>
      (await dataFiles([join(folder, path)])).map(({ file }) => file.slice(folder.length + 6));
    expect(await names("many")).toEqual(["9.txt", "10.txt", "deep/1.txt"]);
    expect(await names("many/*.txt")).toEqual(["9.txt", "10.txt"]);
    expect(await names("many/**/{1,9}.t?t")).toEqual(["9.txt", "deep/1.txt"]);
    expect(await names("many/[!1]*.txt")).toEqual(["9.txt"]);
    await refused(dataFiles([join(folder, "many/*.jsonl")]));
    await refused(dataFiles([join(folder, "a.tar.gz")]));
  });
});

it("data with their own ends of text get no second ones", async () => {
  const load = async (name: string, content: string | Uint8Array): Promise<number[]> => {
    await writeFile(join(folder, name), content);
    const vocabulary = { tokenizer: undefined, size: 50257 };
    const options = { context: 4, validation: 0, endOfText: 50256 };
    const { train, close } = await loadData([join(folder, name)], vocabulary, options);
    const batches = [...batchesInOrder(train, train.count)];
    close();
    return batches.flatMap(({ labels }) => [...labels].filter((id) => id >= 0));
  };
  const jsonl = '{"input_ids": [1, 2, 50256]}\n{"input_ids": [3]}\n{"input_ids": []}\n';
  expect(await load("ids.jsonl", jsonl)).toEqual([1, 2, 50256, 3, 50256, 50256]);
  const records = [
    [1, 2, 50256, 3],
    [4, 5, 6, 50256],
  ].map((ids) => recordOf(exampleOf("text", ids)));
  expect(await load("ids.tfrecords", Buffer.concat(records))).toEqual([
    1, 2, 50256, 3, 4, 5, 6, 50256,
  ]);
});
