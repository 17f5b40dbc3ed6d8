import { afterEach, describe, expect, test, vi } from "vitest";
import { checkCase } from "../../../test/support/checkBackend.ts";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import { type Sizes, slice, waves } from "../../../test/support/waves.ts";
import type { Op } from "../../graph/kinds.ts";
import { narrow } from "../../rest/narrow.ts";
import { widen } from "../../rest/widen.ts";
import type { Backend } from "../backend.ts";
import { deviceOfThread } from "./device.ts";
import { findGpu } from "./gpu.ts";

const gpu = await gpuFor("attention to blocks of a cache");

const operand = (sizes: Sizes, seed: number) => waves(slice(sizes), seed);

function integers(sizes: Sizes, ...data: readonly number[]) {
  return { slice: slice(sizes, "int32"), data: Int32Array.from(data) };
}

describe.skipIf(!gpu)("attention to blocks on a GPU", () => {
  const backend = gpu as Backend;
  afterEach(() => void vi.restoreAllMocks());

  // 40 blocks of a row, in an order of its own: more than a workgroup looks at, where they have 16 tokens.
  const table = Array.from({ length: 80 }, (_, i) => ((i * 37 + 11) % 90) % 41);
  const op = (window: number | null): Op => ({
    kind: "pagedAttention",
    attributes: {
      ...{ along: "length", block: "block", offset: "offset", page: "page", within: "kv" },
      window,
    },
  });

  test.each([
    ["one query of a long text and of a short one", { length: 1, kv: 5 }, [600, 3], [1, 1], null],
    ["more queries than a workgroup has", { length: 5, group: 3, kv: 4 }, [400, 0], [5, 4], null],
    ["a window over the last tokens", { length: 4, kv: 6 }, [530, 100], [4, 2], 140],
    ["more depth than threads", { length: 2, kv: 70, offset: 4 }, [129, 30], [2, 0], null],
  ] as const)("%s", async (_, { kv, ...given }, before, counts, window) => {
    const { offset = 16, ...sizes } = given as Sizes;
    const pool = { block: 40, heads: 2, offset };
    const query = { batch: 2, ...sizes, heads: 2, kv };
    const operands = [
      ...[operand(query, 1), operand({ ...pool, kv }, 2), operand({ kv, ...pool }, 3)],
      integers({ batch: 2, page: 40 }, ...table),
      ...[integers({ batch: 2 }, ...before), integers({ batch: 2 }, ...counts)],
    ];
    await checkCase(backend, { op: op(window), operands, results: [slice(query)] });
  });

  test("puts no row's keys next to each other", async () => {
    const { device } = await deviceOfThread(await findGpu());
    const made = vi.spyOn(device, "createBuffer");
    // Eight rows share the blocks: their keys, next to each other, would be eight times the cache.
    const query = { batch: 8, heads: 1, length: 1, kv: 6 };
    const cache = { block: 20, offset: 16, heads: 1, kv: 6 };
    const pages = Array.from({ length: 160 }, (_, i) => (i % 20) ^ (i >> 6));
    const operands = [
      ...[operand(query, 1), operand(cache, 2), operand(cache, 3)],
      integers({ batch: 8, page: 20 }, ...pages),
      integers({ batch: 8 }, ...pages.slice(0, 8).map((n) => 300 - 30 * n)),
      integers({ batch: 8 }, ...Array.from({ length: 8 }, () => 1)),
    ];
    await checkCase(backend, { op: op(null), operands, results: [slice(query)] });
    const largest = Math.max(...made.mock.calls.map(([{ size }]) => size));
    expect(largest).toBe(4 * 20 * 16 * 6);
  });

  test("widens keys and values that rest narrow as it reads them", async () => {
    const query = { batch: 2, heads: 2, length: 3, kv: 8 };
    const pool = { block: 9, offset: 4, heads: 2, kv: 8 };
    const wide = [operand(query, 1), operand(pool, 2), operand(pool, 3)];
    const rest = [
      integers({ batch: 2, page: 9 }, ...table.slice(0, 18).map((block) => block % 9)),
      ...[integers({ batch: 2 }, 30, 5), integers({ batch: 2 }, 3, 2)],
    ];
    const small = wide.map(({ slice, data }, i) => {
      if (i === 0) return { slice, data };
      const resting = { ...slice, rest: "bfloat16" as const };
      const bytes = narrow(data, resting)!;
      widen(bytes, resting, data);
      return { slice: resting, data: bytes };
    });
    const result = slice(query);
    const given = [];
    for (const operands of [
      [...wide, ...rest],
      [...small, ...rest],
    ]) {
      const slices = operands.map((x) => x.slice);
      const buffers = operands.map(({ slice, data }) =>
        data instanceof Uint8Array
          ? backend.upload(data, [data.length], "bool")
          : backend.upload(
              data,
              slice.box.map(({ size }) => size),
              slice.dtype,
            ),
      );
      const kernel = backend.bindResting!(op(7), slices, [result], [])!;
      const [made] = await kernel(buffers);
      given.push(await backend.read(made!));
      for (const buffer of [made!, ...buffers]) backend.dispose(buffer);
    }
    expect(given[1]).toEqual(given[0]);
  });
});
