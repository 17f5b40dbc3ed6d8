import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { MtfError } from "mtf";
import { openSafetensors } from "mtf/checkpoint";
import type { ByteSource } from "mtf/files";
import { describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { boxesOf, countingSource, cutBox, fuzz, mutations } from "../../../test/support/weights.ts";
import { crc32c, masked } from "../../crc32c.ts";
import { latestBundle } from "./latest.ts";
import { openBundle } from "./open.ts";

const fixtures = fileURLToPath(
  new URL("../../../test/fixtures/weights/tensorflow/", import.meta.url),
);
const cases = [
  ["global_local", "model.ckpt-0", "weights.safetensors", "F32"],
  ["moe_top2_all", "model.ckpt-0", "weights.safetensors", "F32"],
  ["bfloat16", "model.ckpt-0", "weights.safetensors", "BF16"],
  ["adam", "model.ckpt-8", "final.safetensors", "F32"],
] as const;

describe("checkpoints that TensorFlow wrote", () => {
  it.each(cases)("%s: every variable has the numbers it was saved with", async (...args) => {
    const [folder, prefix, wanted, dtype] = args;
    expect(await latestBundle(fixtures + folder)).toBe(`${fixtures}${folder}/${prefix}`);
    const weights = await openBundle(`${fixtures}${folder}/${prefix}`);
    const expected = await openSafetensors(`${fixtures}${folder}/${wanted}`);
    const names = [...expected.tensors.keys()].sort();
    const found = [...weights.tensors.keys()].filter((name) => name !== "global_step");
    expect(found).toEqual(names);
    for (const [name, { shape }] of expected.tensors) {
      // Moments are float32 whatever the weights are.
      const stored = name.includes("/adam_") ? "F32" : dtype;
      expect(weights.tensors.get(name)).toMatchObject({ dtype: stored, shape });
      expect(await weights.read(name)).toEqual(await expected.read(name));
    }
    await weights.close();
    await expected.close();
  });

  it("holds the step in a part of its own", async () => {
    const weights = await openBundle(`${fixtures}adam/model.ckpt-8`);
    const step = weights.tensors.get("global_step")!;
    expect(step).toMatchObject({ dtype: "I64", shape: [] });
    expect(step.file).toMatch(/data-00000-of-00002$/);
    expect([...(await weights.read("global_step"))]).toEqual([8]);
    await weights.close();
  });

  it("reads any box of any variable", async () => {
    const weights = await openBundle(`${fixtures}bfloat16/model.ckpt-0`);
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
    );
    await weights.close();
  });
});

describe("damaged checkpoints", () => {
  const index = readFileSync(`${fixtures}adam/model.ckpt-8.index`);
  const parts = [0, 1].map((i) =>
    readFileSync(`${fixtures}adam/model.ckpt-8.data-0000${i}-of-00002`),
  );
  const open = (bytes: Uint8Array, data: readonly Uint8Array[] = parts, largest?: number[]) =>
    openBundle("ckpt", async (file): Promise<ByteSource> => {
      const found = file.endsWith(".index") ? bytes : data[Number(/data-(\d+)/.exec(file)?.[1])];
      if (!found) throw new MtfError("bad-file", `${file} is not there`, missing(file));
      const counted = countingSource(file, found);
      const { source } = counted;
      const read: ByteSource["read"] = async (offset, into) => {
        await source.read(offset, into);
        largest?.push(into.byteLength);
      };
      return { ...source, read };
    });
  const missing = (file: string) => ({ file, offset: 0, reason: "missing" });

  it("flipped bits in the data are found when they are read", async () => {
    const copy = Uint8Array.from(parts[1]!);
    copy[70_000]! ^= 4;
    const weights = await open(index, [parts[0]!, copy]);
    const failed: string[] = [];
    for (const name of weights.tensors.keys()) {
      await weights.read(name).catch((error: MtfError) => {
        expect(error).toMatchObject({ code: "bad-file" });
        expect(error.message).toContain("has not the checksum it was written with");
        failed.push(name);
      });
    }
    expect(failed).toHaveLength(1);
    // A box elsewhere in the same variable is not trusted either.
    await expect(weights.read(failed[0]!, { box: [] })).rejects.toMatchObject({ code: "bad-file" });
  });

  it("every flipped bit of the index is found", async () => {
    // The footer's first handle and padding mean nothing.
    const at = fc.oneof(
      fc.nat(index.length - 49),
      fc.integer({ min: index.length - 8, max: index.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(at, fc.nat(7), async (byte, bit) => {
        const copy = Uint8Array.from(index);
        copy[byte]! ^= 1 << bit;
        // Between the blocks of entries and their index there is one that is not read.
        const result = await open(copy).catch((error: Error) => error);
        if (!(result instanceof Error)) {
          expect([...result.tensors.keys()]).toEqual([...(await open(index)).tensors.keys()]);
        } else expect(result).toMatchObject({ code: "bad-file" });
      }),
      { numRuns: draws(500) },
    );
  });

  it("end in an error that names file, byte and reason, or in numbers", async () => {
    const refused = await fuzz(mutations(index), 600, async (bytes) => {
      await open(bytes);
    });
    expect(refused).toBeGreaterThan(draws(500));
  });

  it("with checksums that fit, too", async () => {
    const block = firstBlock(index);
    let opened = 0;
    const refused = await fuzz(mutations(block), 3000, async (bytes) => {
      const largest: number[] = [];
      const weights = await open(tableOf(bytes), parts, largest);
      opened++;
      for (const name of weights.tensors.keys()) await weights.read(name, { as: "float64" });
      const limit = bytes.length + parts[1]!.length + 1000;
      expect(Math.max(...largest)).toBeLessThan(limit);
    });
    expect(refused).toBeGreaterThan(draws(1000));
    expect(opened).toBeGreaterThan(draws(20));
  });

  it("data cut short, or a part that is missing", async () => {
    const short = open(index, [parts[0]!, parts[1]!.subarray(0, 1000)]);
    await expect(short).rejects.toThrow(
      /ends at byte \d+ of .*data-00001-of-00002, which has 1000/,
    );
    await expect(open(index, [parts[0]!])).rejects.toMatchObject({ code: "bad-file" });
  });

  it("compressed blocks are named as such", async () => {
    await expect(open(tableOf(firstBlock(index), 1))).rejects.toThrow(/compressed \(Snappy\)/);
  });

  it("names that unfold without end are not followed", async () => {
    // Each key is the one before and one byte more: n entries of 4 bytes make n² / 2 of names.
    const entries: number[] = [0, 0, 0];
    for (let i = 0; i < 40_000; i++) {
      const shared = Math.max(0, i);
      entries.push(
        (shared & 127) | 128,
        ((shared >> 7) & 127) | 128,
        (shared >> 14) & 127,
        1,
        0,
        97,
      );
    }
    const block = Buffer.concat([Buffer.from(entries), Buffer.alloc(4)]);
    await expect(open(tableOf(block))).rejects.toMatchObject({ code: "bad-file" });
  });
});

it("crc32c is Castagnoli's, in one go and in pieces", () => {
  const text = new TextEncoder().encode("123456789");
  expect(crc32c(text)).toBe(0xe3069283);
  // RFC 3720, B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
      const cut = Math.min(at, bytes.length);
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
    }),
  );
});

/** The entries of a table, without the trailer. */
function firstBlock(index: Uint8Array): Uint8Array {
  // The metaindex block comes after it, and its place is the footer's first number.
  let at = index.length - 48;
  let offset = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = index[at++]!;
    offset += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return index.subarray(0, offset - 5);
}

/** A table of one block, with the checksums it needs. */
function tableOf(block: Uint8Array, compression = 0): Uint8Array {
  const sealed = (bytes: Uint8Array, kind: number): Buffer => {
    const all = Buffer.concat([bytes, Buffer.from([kind])]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(masked(crc32c(all)));
    return Buffer.concat([all, checksum]);
  };
  const number = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...number(n >>> 7)]);
  const handle = [...number(0), ...number(block.length)];
  const entries = Buffer.from([0, 1, handle.length, 0x7f, ...handle, 0, 0, 0, 0, 1, 0, 0, 0]);
  const data = sealed(block, compression);
  const index = sealed(entries, 0);
  const footer = Buffer.alloc(48);
  Buffer.from([0, 0, ...number(data.length), ...number(entries.length)]).copy(footer);
  Buffer.from("57fb808b247547db", "hex").copy(footer, 40);
  return Buffer.concat([data, index, footer]);
}
