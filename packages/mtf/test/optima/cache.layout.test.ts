import { describe, expect, it } from "vitest";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  dynamicSlice,
  dynamicUpdate,
  lower,
  memoryPlan,
  placeholder,
  scatter,
  type Tensor,
} from "../../src/index.ts";
import { printed } from "./collectives.ts";

// What decoding holds between its steps: keys of all positions, one of which is written a step.

const dims = defineDims({ batch: 4, length: 8, heads: 2, kv: 6, block: 6, offset: 4, one: 1 });
const { batch, length, heads, kv, block, offset } = dims;
const mesh = defineMesh("x:2");

const cache = placeholder([batch, length, heads, kv]);
const key = placeholder([batch, { ...length, size: 1 }, heads, kv]);
const step = placeholder([batch], "int32");
type Cache = Tensor<"batch" | "length" | "heads" | "kv">;

const write = (all: Cache, own: Cache, at: Tensor<"batch", "int32">) =>
  dynamicUpdate(all, own, "length", at);

function lowered(rules: Record<string, string>) {
  const layout = defineLayout<string, string>({ dims, mesh, rules });
  return lower(write, { layout, inputs: [cache, key, step], donate: [0] }).program;
}

describe("a cache of keys", () => {
  it.each([
    ["whole", {}],
    ["split by rows", { batch: "x" }],
    ["split by heads", { heads: "x" }],
    ["split by positions", { length: "x" }],
  ])("%s is written in place, and nothing of it is moved", (_, rules) => {
    const program = lowered(rules);
    const moved = program.instructions.flatMap((i) => (i.kind === "move" ? [i.result] : []));
    // The key that is written may rest split along its one position: only the cache is as long.
    const long = moved.filter((value) => program.values[value]!.dims.some((d) => d.size === 8));
    expect(long).toEqual([]);
    expect(program.instructions.some((i) => i.kind === "reduce" || i.kind === "region")).toBe(
      false,
    );
    const { inputBytes, peakBytes } = memoryPlan(program);
    // The key, and for each row a position, held within the dim, and the places that follow from it.
    expect(peakBytes - inputBytes).toBeLessThanOrEqual(4 * (batch.size * (12 + 3) + 1));
  });

  it("split by positions: each device writes what its slice holds", () => {
    expect(printed(lowered({ length: "x" }))).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[batch=4, length=8@x, heads=2, kv=6] = donated input 0
        %1 f32[batch=4, length=1@x, heads=2, kv=6] = input 1
        %2 i32[batch=4] = input 2
        %3 f32[batch=4, ~window=1@x, heads=2, kv=6] = rename(%1, from=length, to=~window)
        %4 i32[batch=4] = clip(%2, 0, 7)
        %5 i32[~window=1] = iota()
        %6 i32[batch=4, ~window=1] = add(%4, %5)
        %7 f32[batch=4, ~window=1, heads=2, kv=6] = all-gather(x) %3                                 192 B  scatter
        %8 f32[batch=4, length=8@x, heads=2, kv=6] = scatter(%0, %7, %6, dim=length, distinct=true)
        output  = %8"
    `);
  });

  it("is read by windows of which each device has a part", () => {
    const layout = defineLayout({ dims, mesh, rules: { length: "x" } });
    const read = (all: Cache, at: Tensor<"batch", "int32">) => dynamicSlice(all, "length", at, 2);
    const { program } = lower(read, { layout, inputs: [cache, step] });
    expect(printed(program)).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[batch=4, length=8@x, heads=2, kv=6] = input 0
        %1 i32[batch=4] = input 1
        %2 i32[batch=4] = clip(%1, 0, 6)
        %3 i32[~window=2] = iota()
        %4 i32[batch=4, ~window=2] = add(%2, %3)
        %5 f32[batch=4, ~window=2, heads=2, kv=6] partial(x) = gather(%0, %4, dim=length)
        %6 f32[batch=4, ~window=2@x, heads=2, kv=6] = reduce-scatter(sum, x) %5            384 B  gather
        %7 f32[batch=4, length=2@x, heads=2, kv=6] = rename(%6, from=~window, to=length)
        output  = %7"
    `);
  });

  it("in pages is written by block and offset, in place", () => {
    const pool = placeholder([block, offset, heads, kv]);
    const keys = placeholder([batch, heads, kv]);
    const layout = defineLayout({ dims, mesh, rules: { block: "x" } });
    const put = (
      all: Tensor<"block" | "offset" | "heads" | "kv">,
      own: Tensor<"batch" | "heads" | "kv">,
      page: Tensor<"batch", "int32">,
    ) => scatter(all, own, { block: page, offset: add(page, 1) });
    const { program } = lower(put, { layout, inputs: [pool, keys, step], donate: [0] });
    expect(program.instructions.filter((i) => i.kind !== "compute")).toEqual([]);
    const { inputBytes, peakBytes } = memoryPlan(program);
    expect(peakBytes - inputBytes).toBeLessThanOrEqual(6 * 4 * batch.size);
    expect(printed(program)).toMatchInlineSnapshot(`
      "program on mesh x:2
        %0 f32[block=6@x, offset=4, heads=2, kv=6] = donated input 0
        %1 f32[batch=4, heads=2, kv=6] = input 1
        %2 i32[batch=4] = input 2
        %3 i32[batch=4] = add(%2, 1)
        %4 f32[~rows=24@x, heads=2, kv=6] = reshape(%0, from=[block offset], to=[~rows=24])
        %5 bool[batch=4] = greaterEqual(%2, 0)
        %6 bool[batch=4] = less(%2, 6)
        %7 bool[batch=4] = and(%5, %6)
        %8 bool[batch=4] = greaterEqual(%3, 0)
        %9 bool[batch=4] = less(%3, 4)
        %10 bool[batch=4] = and(%8, %9)
        %11 i32[batch=4] = mul(%2, 4)
        %12 i32[batch=4] = add(%11, %3)
        %13 bool[batch=4] = and(%7, %10)
        %14 i32[batch=4] = where(%13, %12, -1)
        %15 f32[~rows=24@x, heads=2, kv=6] = scatter(%4, %1, %14, dim=~rows, distinct=false)
        %16 f32[block=6@x, offset=4, heads=2, kv=6] = reshape(%15, from=[~rows], to=[block=6 offset=4])
        output  = %16"
    `);
  });
});
