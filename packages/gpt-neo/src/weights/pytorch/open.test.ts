import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { openSafetensors } from "mtf/checkpoint";
import { bytesInMemory } from "mtf/files";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { boxesOf, countingSource, cutBox, fuzz, mutations } from "../../../test/support/weights.ts";
import { openPytorch } from "./open.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/weights/", import.meta.url));
const bin = `${fixtures}pytorch/bin/pytorch_model.bin`;
const quirks = `${fixtures}pytorch/bin_quirks/pytorch_model.bin`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pytorch-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("files that torch wrote", () => {
  it.each([
    ["one file", bin, "safetensors/one/model.safetensors"],
    [
      "two files",
      `${fixtures}pytorch/bin_sharded/pytorch_model.bin.index.json`,
      "safetensors/one/model.safetensors",
    ],
    ["strides, halves, shared storages", quirks, "pytorch/bin_quirks/expected.safetensors"],
  ])("%s: every number is the one torch read back", async (_, path, wanted) => {
    const weights = await openPytorch(path);
    const expected = await openSafetensors(fixtures + wanted);
    const names = [...expected.tensors.keys()];
    expect([...weights.tensors.keys()]).toEqual(expect.arrayContaining(names));
    const more = [...weights.tensors.keys()].filter((name) => !names.includes(name));
    expect(more).toEqual(path === quirks ? [] : ["lm_head.weight"]);
    for (const [name, tensor] of expected.tensors) {
      expect(weights.tensors.get(name)).toMatchObject({ dtype: tensor.dtype, shape: tensor.shape });
      expect(await weights.read(name)).toEqual(await expected.read(name));
    }
    await weights.close();
    await expected.close();
  });

  it("shares a storage between the output and the embedding", async () => {
    const weights = await openPytorch(bin);
    const embedding = await weights.read("transformer.wte.weight");
    expect(await weights.read("lm_head.weight")).toEqual(embedding);
    await weights.close();
  });

  it("reads any box of any tensor, whatever its strides", async () => {
    const weights = await openPytorch(quirks);
    const names = [...weights.tensors.keys()];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names).chain((name) => {
          const { shape } = weights.tensors.get(name)!;
          return fc.tuple(fc.constant(name), boxesOf(shape));
        }),
        async ([name, box]) => {
          const { shape } = weights.tensors.get(name)!;
          const whole = await weights.read(name);
          expect([...(await weights.read(name, { box }))]).toEqual(cutBox(whole, shape, box));
        },
      ),
      { numRuns: draws(300) },
    );
    await weights.close();
  });

  it("costs a box what it is large", async () => {
    const bytes = readFileSync(bin);
    const { source, read } = countingSource("bin", bytes);
    const weights = await openPytorch(source);
    expect(read()).toBeLessThan(40_000);
    const before = read();
    await weights.read("transformer.wte.weight", {
      box: [
        { begin: 10, size: 3 },
        { begin: 0, size: 32 },
      ],
    });
    expect(read() - before).toBe(3 * 32 * 4);
  });
});

describe("files of other kinds", () => {
  it("names torch's format from before 1.6, and the way out", async () => {
    await expect(openPytorch(`${fixtures}pytorch/legacy_not_zip.bin`)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(/saved by torch before 1\.6[\s\S]*torch\.save\(torch\.load/),
    });
  });

  it("runs nothing that a pickle asks for", async () => {
    const evil = pickled("cos\nsystem\n(S'echo'\ntR.");
    await expect(openPytorch(bytesInMemory("evil.bin", evil))).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining('asks for "os.system", which no tensor needs'),
    });
    for (const name of ["builtins\neval", "torch\nload", "torch._utils\n_rebuild_qtensor"]) {
      const bytes = pickled(`c${name}\n)R.`);
      await expect(openPytorch(bytesInMemory("evil.bin", bytes))).rejects.toMatchObject({
        code: "bad-file",
      });
    }
  });

  it.each([
    ["a shape larger than the storage", { shape: [1000, 1000], strides: [0, 0] }, /more elements/],
    ["strides that lead outside", { shape: [2, 2], strides: [3, 2] }, /ends beyond its storage/],
    ["an offset outside", { begin: 4, shape: [1], strides: [1] }, /ends beyond its storage/],
    ["two ranks", { shape: [2, 2], strides: [1] }, /two ranks/],
    ["a storage of another size", { size: 5, shape: [1], strides: [1] }, /but has 16 bytes/],
    ["an entry that is missing", { key: "7", shape: [1], strides: [1] }, /no entry/],
  ])("refuses %s before reading", async (_, wrong, reason) => {
    const bytes = tensorFile({ ...view, ...wrong });
    await expect(openPytorch(bytesInMemory("wrong.bin", bytes))).rejects.toMatchObject({
      code: "bad-file",
      details: { file: "wrong.bin", offset: expect.any(Number) },
      message: expect.stringMatching(reason),
    });
  });

  it("refuses compressed and encrypted entries, and other byte orders", async () => {
    const reading = (bytes: Uint8Array) => openPytorch(bytesInMemory("odd.bin", bytes));
    const deflated = tensorFile(view, { method: 8 });
    await expect(reading(deflated)).rejects.toThrow(/compressed, which torch.save never does/);
    await expect(reading(tensorFile(view, { flags: 1 }))).rejects.toThrow(/encrypted/);
    await expect(reading(tensorFile(view, {}, "big"))).rejects.toThrow(/byte order is "big"/);
  });

  it("reads 64-bit zips, and dicts of training checkpoints", async () => {
    const wide = tensorFile(view, { wide: true });
    const wrapped = [["state_dict"], ["module"], ["model", "module"]].map((wrappers) =>
      tensorFile(view, {}, "little", wrappers),
    );
    for (const bytes of [wide, ...wrapped]) {
      const file = await openPytorch(bytesInMemory("wide.bin", bytes));
      expect([...file.tensors.keys()]).toEqual(["w"]);
      expect([...(await file.read("w"))]).toEqual([1, 3, 2, 4]);
    }
  });

  it("an index that lies is refused", async () => {
    const path = join(folder, "pytorch_model.bin.index.json");
    const index = async (map: object) => {
      await writeFile(path, JSON.stringify({ weight_map: map }));
      return openPytorch(path);
    };
    await writeFile(join(folder, "a.bin"), await readFile(bin));
    // A tied tensor may be in no file.
    for (const [map, names] of [
      [{ "lm_head.weight": "a.bin", "transformer.wpe.weight": "a.bin" }, 2],
      [{ "x.lm_head.weight": "a.bin" }, 0],
    ] as const) {
      const { tensors, close } = await index(map);
      expect(tensors.size).toBe(names);
      await close();
    }
    await expect(index({ x: "a.bin" })).rejects.toThrow(/a\.bin has no tensor 'x'/);
    await expect(index({ x: "../a.bin" })).rejects.toThrow(/no file beside it/);
    await expect(index({ x: "b.bin" })).rejects.toThrow(/no such file/);
  });
});

describe("damaged files", () => {
  it("end in an error that names file, byte and reason, or in numbers", async () => {
    for (const path of [bin, quirks]) {
      const good = readFileSync(path);
      const pickle = good.indexOf("data.pkl");
      const regions = [
        { begin: pickle, end: pickle + 10_000 },
        { begin: good.length - 12_000, end: good.length },
        { begin: 0, end: good.length },
      ];
      const refused = await fuzz(mutations(good, regions), 600, async (bytes) => {
        const { source, largest } = countingSource("mutated.bin", bytes);
        const weights = await openPytorch(source);
        for (const name of weights.tensors.keys()) await weights.read(name, { as: "float64" });
        expect(largest()).toBeLessThanOrEqual(bytes.length + (1 << 20));
      });
      expect(refused).toBeGreaterThan(draws(200));
    }
  });
});

interface Wanted {
  readonly key?: string;
  readonly size?: number;
  readonly begin?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const view: Wanted = { shape: [2, 2], strides: [1, 2] };

interface ZipQuirks {
  readonly method?: number;
  readonly flags?: number;
  readonly wide?: boolean;
}

/** A file of one tensor "w" over a storage of four float32: 1, 2, 3, 4. */
function tensorFile(
  { key = "0", size = 4, begin = 0, shape, strides }: Wanted,
  zip: ZipQuirks = {},
  order = "little",
  wrappers: readonly string[] = [],
): Uint8Array {
  const integer = (n: number) => `J${String.fromCharCode(n & 255, (n >> 8) & 255, 0, 0)}`;
  const text = (s: string) => `X${String.fromCharCode(s.length)}\0\0\0${s}`;
  const tuple = (items: readonly number[]) => `(${items.map(integer).join("")}t`;
  const storage = `(${text("storage")}ctorch\nFloatStorage\n${text(key)}${text("cpu")}${integer(size)}tQ`;
  const tensor =
    `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${integer(begin)}${tuple(shape)}` +
    `${tuple(strides)}\x89ccollections\nOrderedDict\n)RtR`;
  const dict = `}${text("w")}${tensor}s`;
  // Each lies beside something else, as in a checkpoint of DeepSpeed's.
  const wrapped = wrappers.reduceRight(
    (inner, name) =>
      `}${text("best")}${tensor}s${text("epoch")}${integer(3)}s${text(name)}${inner}s`,
    dict,
  );
  const pickle = `\x80\x02${wrapped}.`;
  return zipOf(
    [
      ["m/data.pkl", Buffer.from(pickle, "latin1")],
      ["m/byteorder", Buffer.from(order)],
      ["m/data/0", Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)],
    ],
    zip,
  );
}

function pickled(text: string): Uint8Array {
  return zipOf([["m/data.pkl", Buffer.from(`\x80\x02${text}`, "latin1")]], {});
}

function zipOf(
  files: readonly (readonly [string, Buffer])[],
  { method = 0, flags = 0, wide = false }: ZipQuirks,
): Uint8Array {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, data] of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
    entry.writeUInt32LE(wide ? 0xffffffff : data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(wide ? 28 : 0, 30);
    entry.writeUInt32LE(wide ? 0xffffffff : at, 42);
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, n] of [data.length, data.length, at].entries()) {
      extra.writeBigUInt64LE(BigInt(n), 4 + 8 * i);
    }
    list.push(entry, Buffer.from(name), ...(wide ? [extra] : []));
    parts.push(local, Buffer.from(name), data);
    at += 30 + name.length + data.length;
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const end64 = Buffer.alloc(56 + 20);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(BigInt(files.length), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(at), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(at + size), 64);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : files.length, 10);
  end.writeUInt32LE(wide ? 0xffffffff : size, 12);
  end.writeUInt32LE(wide ? 0xffffffff : at, 16);
  return Buffer.concat([...parts, ...list, ...(wide ? [end64] : []), end]);
}
