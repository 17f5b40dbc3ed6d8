import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  ledger,
  lower,
  mapOver,
  placeholder,
  sum,
  type Tensor,
} from "mtf";
import { afterEach, expect, test } from "vitest";
import { simulator } from "../simulator.ts";
import { workers } from "../workers.ts";
import type { Devices } from "./devices.ts";

const dims = defineDims({ batch: 4, embd: 8 });
const mesh = defineMesh("data:2");
const layout = defineLayout({ dims, mesh, rules: { batch: "data" } });
const lowered = lower(
  (x: Tensor<"batch" | "embd">, w: Tensor<"embd">) => {
    const y = einsum(x, w, "batch");
    const squares = mapOver(dims.embd, (slice) => sum(slice), x);
    return [sum(y), squares] as const;
  },
  { layout, inputs: [placeholder([dims.batch, dims.embd]), placeholder([dims.embd])] },
);

const open = {
  simulator: () => simulator(mesh, { backend: "wasm" }),
  workers: () => workers(mesh),
};

let devices: Devices | undefined;
afterEach(async () => {
  await devices?.close();
});

test.each(Object.entries(open))(
  "a profile on %s tells what each device did, by line",
  async (_, opened) => {
    devices = await opened();
    const run = await devices.load(lowered);
    const once = () => run(new Float32Array(32), new Float32Array(8));
    await once();
    const profile = await devices.profile(async () => {
      await once();
      await once();
    });
    const product = profile.rows.find(({ op }) => op === "einsum")!;
    expect(product).toMatchObject({ times: 2, operations: 2 * 2 * 2 * 8, waited: 0 });
    expect(product.line).toMatch(/^profile\.workers\.test\.ts:\d+$/);
    const reduced = profile.rows.find(({ op }) => op === "all-reduce(data)")!;
    expect(reduced).toMatchObject({
      times: 2,
      collective: true,
      bytes: ledger(lowered.program).bytes,
    });
    expect(profile.rows.find(({ op }) => op === "loop over embd")).toBeDefined();
    for (const { milliseconds, waited } of profile.rows) {
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(waited).toBeGreaterThanOrEqual(0);
    }
    const { traceEvents } = profile.trace();
    expect(traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args)).toEqual([
      { name: "device 0 (data=0)" },
      { name: "device 1 (data=1)" },
    ]);
    for (const tid of [0, 1]) {
      const own = traceEvents.flatMap((e) => (e.ph === "X" && e.tid === tid ? [e] : []));
      expect(own.filter(({ name }) => name === "einsum")).toHaveLength(2);
      // What a device does, it does one after the other.
      own.slice(1).forEach((event, i) => {
        expect(event.ts).toBeGreaterThanOrEqual(own[i]!.ts + own[i]!.dur - 1);
      });
    }
    expect(`${profile}`).toMatch(/einsum +profile\.workers\.test\.ts:\d+ +2 /);
  },
);

test("what ran before a profile and after it is in none", async () => {
  devices = await simulator(mesh);
  const run = await devices.load(lowered);
  const once = () => run(new Float32Array(32), new Float32Array(8));
  await once();
  const nothing = await devices.profile(async () => undefined);
  await once();
  expect(nothing).toMatchObject({ rows: [], milliseconds: 0 });
  const one = await devices.profile(once);
  expect(one.rows.find(({ op }) => op === "einsum")!.times).toBe(1);
});

test("a profile that fails ends, and only one is taken at a time", async () => {
  devices = await simulator(mesh);
  await expect(devices.profile(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  const both = devices.profile(async () => {
    await devices!.profile(async () => undefined);
  });
  await expect(both).rejects.toThrow(/another profile is being taken/);
  await expect(devices.profile("x" as never)).rejects.toThrow(/'work' must be a function/);
  expect((await devices.profile(async () => undefined)).rows).toEqual([]);
});
