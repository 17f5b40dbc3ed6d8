import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBackend } from "../backend/open.ts";
import { dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineLayout } from "../layout.ts";
import { defineMesh } from "../mesh.ts";
import { add, and, any, cast, mul, not, or, where } from "../ops/index.ts";
import { lower } from "../partition/lower.ts";
import type { Box } from "../program/placement.ts";
import { simulator } from "../simulator.ts";
import { placeholder } from "../trace.ts";
import { workers } from "../workers.ts";
import type { Devices } from "./devices.ts";
import { errorOf } from "./testing/errorOf.ts";

const b = dimension("b", 4);
const mesh = defineMesh({ x: 2 });
const layout = defineLayout({ dims: { b }, mesh, rules: { b: "x" } });
const x = new Float32Array([1, 2, 3, 4]);

describe("what is no tensor", () => {
  const scaled = lower(
    (x: Tensor<"b">, { rate, kind }: { rate: number; kind: string }) =>
      mul(x, kind === "half" ? rate / 2 : rate),
    { layout, inputs: [placeholder([b]), { rate: 0.5, kind: "whole" }] },
  );

  test("is part of the program: left out, or the same", async () => {
    await using devices = await simulator(mesh);
    const run = await devices.load(scaled);
    const half = [0.5, 1, 1.5, 2];
    expect(Array.from(await (await run(x, { rate: 0.5, kind: "whole" })).read())).toEqual(half);
    expect(Array.from(await (await run(x, {} as never)).read())).toEqual(half);
    expect((await errorOf(run(x, { rate: 0.1, kind: "whole" }))).message).toMatchInlineSnapshot(`
      "[wrong-input] '1/rate' is 0.5 in this program, and was given 0.1.
        at   inputs.workers.test.ts:34
        try  placeholder([]) for it among the inputs of lower"
    `);
    expect((await errorOf(run(x, { rate: 0.5, kind: "half" }))).message).toMatchInlineSnapshot(`
      "[wrong-input] '1/kind' is the text "whole" in this program, and was given the text "half".
        at  inputs.workers.test.ts:39"
    `);
    expect((await errorOf(run.put(1, { rate: 3, kind: "whole" }))).message).toMatch(/'1\/rate'/);
  });
});

describe.each(["reference", "cpu", "wasm"] as const)("bytes for bools on %s", (backend) => {
  const opened: Devices[] = [];
  beforeAll(async () => {
    const one = await openBackend(backend);
    opened.push(await simulator(mesh, { backend: one }), await workers(mesh, { backend }));
  });
  afterAll(() => Promise.all(opened.map((devices) => devices.close())));

  test("hold wherever they are not 0", async () => {
    const program = lower(
      (mask: Tensor<"b", "bool">) => ({
        cast: cast(mask, "float32"),
        and: and(mask, mask),
        chosen: where(mask, 1, 0),
        any: any(mask),
        or: or(mask, not(mask)),
      }),
      { layout, inputs: [placeholder([b], "bool")] },
    );
    const bytes = Uint8Array.of(1, 0, 255, 0);
    for (const devices of opened) {
      const run = await devices.load(program);
      const boxes = {
        box: async ([range]: Box) => bytes.slice(range!.begin, range!.begin + range!.size),
      };
      const words = [true, false, true, false] as never;
      for (const source of [bytes, boxes, words]) {
        const results = await run(source);
        const first = [1, 0, 1, 0];
        expect(Array.from(await results.cast.read())).toEqual(first);
        expect(Array.from(await results.and.read())).toEqual(first);
        expect(Array.from(await results.chosen.read())).toEqual(first);
        expect(Array.from(await results.any.read())).toEqual([1]);
        expect(Array.from(await results.or.read())).toEqual([1, 1, 1, 1]);
      }
    }
  });
});

test("a loop that awaits nothing but runs frees what it drops", async () => {
  const wide = dimension("wide", 200_000);
  const one = defineMesh({ x: 1 });
  await using devices = await simulator(one, { backend: "wasm" });
  const run = await devices.load(
    lower((x: Tensor<"wide">) => add(x, 1), {
      layout: defineLayout({ dims: { wide }, mesh: one, rules: {} }),
      inputs: [placeholder([wide])],
    }),
  );
  const runs = 1500;
  let held = await run(new Float32Array(wide.size));
  let most = 0;
  for (let i = 1; i < runs; i++) {
    held = await run(held);
    if (i % 100 === 0) most = Math.max(most, (await devices.usage())[0]!.buffers);
  }
  expect(most).toBeLessThan(runs / 2);
  expect((await held.read())[0]).toBe(runs);
});
