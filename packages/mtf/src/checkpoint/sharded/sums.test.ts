import { cp, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dimension } from "../../dimension.ts";
import { defineMesh } from "../../mesh.ts";
import { withoutLines } from "../../runtime/testing/withoutLines.ts";
import { simulator } from "../../simulator.ts";
import { placeholder } from "../../trace.ts";
import { blockBytes } from "./format.ts";
import { openCheckpoint, saveCheckpoint } from "./index.ts";
import { indexSum } from "./index-sum.ts";

withoutLines();

// A row is half a block, so that a slice of rows is a few blocks of many.
const [rows, columns] = [10, blockBytes / 8];
const numbers = Float32Array.from({ length: rows * columns }, (_, i) => i);
const dims = [dimension("row", rows), dimension("column", columns)];

let folder = "";
let whole = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sums-"));
  whole = join(folder, "whole");
  const devices = await simulator(defineMesh({}));
  const w = await devices.put(placeholder(dims), { split: {}, partial: [] }, numbers);
  await saveCheckpoint(whole, { w }, { step: 3 });
  await devices.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of the checkpoint in which something is done to its only part. */
async function damaged(name: string, damage: (part: string) => Promise<void>): Promise<string> {
  const path = join(folder, name);
  await cp(whole, path, { recursive: true });
  await damage(join(path, "device-0.safetensors"));
  return path;
}

async function overwrite(part: string, fromEnd: number): Promise<void> {
  const file = await open(part, "r+");
  const { size } = await file.stat();
  await file.write(new Uint8Array([1]), 0, 1, size - fromEnd);
  await file.close();
}

async function readRows(path: string, begin: number, size: number): Promise<Float32Array> {
  const checkpoint = await openCheckpoint(path);
  const box = [
    { begin, size },
    { begin: 0, size: columns },
  ];
  const read = await checkpoint.read("w", box).finally(() => checkpoint.close());
  return read as Float32Array;
}

it("what is whole is read, all of it and in rows", async () => {
  expect(await readRows(whole, 0, rows)).toEqual(numbers);
  for (let row = 0; row < rows; row++) {
    expect(await readRows(whole, row, 1)).toEqual(
      numbers.slice(row * columns, (row + 1) * columns),
    );
  }
});

it("a byte that changed is found where it is read, and slices elsewhere are read", async () => {
  const path = await damaged("overwritten", (part) => overwrite(part, 10));
  const message = "device-0.safetensors is damaged: its bytes are not those that were written.";
  await expect(readRows(path, 0, rows)).rejects.toMatchObject({ code: "bad-file" });
  await expect(readRows(path, rows - 1, 1)).rejects.toThrow(message);
  expect(await readRows(path, 0, 4)).toEqual(numbers.slice(0, 4 * columns));
});

it("a changed header is found, though it may be read", async () => {
  const path = await damaged("header", async (part) => {
    const bytes = await readFile(part);
    // White space pads a header: another is as good to a reader.
    bytes[bytes.indexOf("}}") + 2] = 0x0a;
    await writeFile(part, bytes);
  });
  await expect(readRows(path, 0, 1)).rejects.toThrow("its bytes are not those that were written");
});

it("a part that is too short or too long is told by its size", async () => {
  const short = await damaged("short", (part) => truncate(part, 4096));
  await expect(readRows(short, 0, 1)).rejects.toThrow(/it has 4096 bytes, not the \d+ that were/);
  const long = await damaged("long", (part) => writeFile(part, "more", { flag: "a" }));
  await expect(readRows(long, 0, 1)).rejects.toThrow(/it has \d+ bytes, not the \d+ that were/);
});

it("a checkpoint of the first version, without checksums, is read", async () => {
  const path = await damaged("first version", (part) => overwrite(part, 10));
  const index = join(path, "checkpoint.json");
  const { files: _, crc32: _sum, ...rest } = JSON.parse(await readFile(index, "utf8"));
  await writeFile(index, JSON.stringify({ ...rest, version: 1 }));
  expect((await readRows(path, 0, rows)).slice(0, -columns)).toEqual(numbers.slice(0, -columns));
});

it("a checkpoint of the second version, whose index has no checksum, is read", async () => {
  const path = await damaged("second version", (part) => overwrite(part, 10));
  const index = join(path, "checkpoint.json");
  const { crc32: _, ...rest } = JSON.parse(await readFile(index, "utf8"));
  await writeFile(index, JSON.stringify({ ...rest, version: 2 }));
  expect(await readRows(path, 0, 4)).toEqual(numbers.slice(0, 4 * columns));
  await expect(readRows(path, rows - 1, 1)).rejects.toThrow("not those that were written");
});

it("an index that says something else than was written is damaged, whichever version it says", async () => {
  const path = await damaged("edited", async () => {});
  const index = join(path, "checkpoint.json");
  const text = await readFile(index, "utf8");
  const { crc32, ...rest } = JSON.parse(text);
  const edited = [
    text.replace('"step": 3', '"step": 4'),
    text.replace('"row"', '"raw"'),
    text.replace('"version": 3', '"version": 2'),
    text.replace('"version": 3', '"version": 1'),
    text.replace(
      crc32,
      crc32.replace(/./, (digit: string) => (digit === "0" ? "1" : "0")),
    ),
    JSON.stringify(rest),
    JSON.stringify({ ...rest, crc32: null }),
    JSON.stringify({ more: 1, ...JSON.parse(text) }),
  ];
  for (const one of edited) {
    expect(one).not.toBe(text);
    await writeFile(index, one);
    const message = "checkpoint.json is damaged: what it says is not what was written.";
    await expect(openCheckpoint(path)).rejects.toThrow(message);
  }
  // How it is laid out says nothing.
  await writeFile(index, JSON.stringify(JSON.parse(text)).replace("{", "\r\n{"));
  expect(await readRows(path, 0, 1)).toEqual(numbers.slice(0, columns));
});

it("verify reads all: what is whole, what changed anywhere, and what is missing", async () => {
  const verify = async (path: string) => {
    const checkpoint = await openCheckpoint(path);
    return checkpoint.verify().finally(() => checkpoint.close());
  };
  const { size } = await stat(join(whole, "device-0.safetensors"));
  expect(await verify(whole)).toEqual({ bytes: size, compared: true });
  for (const fromEnd of [10, blockBytes + 10, 3 * blockBytes]) {
    const path = await damaged(`verified ${fromEnd}`, (part) => overwrite(part, fromEnd));
    await expect(verify(path)).rejects.toThrow("its bytes are not those that were written");
  }
  const short = await damaged("verified short", (part) => truncate(part, 4096));
  await expect(verify(short)).rejects.toThrow("it has 4096 bytes");
  const gone = await damaged("verified gone", (part) => rm(part));
  await expect(verify(gone)).rejects.toThrow("there is no such file");
  const first = await damaged("verified first", async () => {});
  const index = join(first, "checkpoint.json");
  const { files: _, crc32: _sum, ...rest } = JSON.parse(await readFile(index, "utf8"));
  await writeFile(index, JSON.stringify({ ...rest, version: 1 }));
  expect(await verify(first)).toEqual({ bytes: size, compared: false });
});

it("an index that lacks checksums is damaged", async () => {
  const path = await damaged("no sums", async () => {});
  const index = join(path, "checkpoint.json");
  const found = JSON.parse(await readFile(index, "utf8"));
  const part = found.files["device-0.safetensors"];
  for (const [files, message] of [
    [undefined, "it says no size of device-0.safetensors"],
    [{ "device-0.safetensors": { ...part, bytes: -1 } }, "it says no size of"],
    [{ "device-0.safetensors": { ...part, crc32: part.crc32.slice(8) } }, "it has no checksums of"],
    [{ "device-0.safetensors": { ...part, crc32: 7 } }, "it has no checksums of"],
  ] as const) {
    const said = { ...found, files };
    await writeFile(index, JSON.stringify({ ...said, crc32: indexSum(said) }));
    await expect(openCheckpoint(path)).rejects.toThrow(message);
  }
});
