import { describe, expect, it } from "vitest";
import {
  defaultMachine,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  ledger,
  lower,
  type MachineModel,
  MtfError,
  memoryPlan,
  placeholder,
  relu,
  type Tensor,
} from "../../src/index.ts";
import { lookAhead } from "../../src/partition/lookAhead.ts";
import { draw } from "./drawn.ts";

const dims = defineDims({ batch: 64, embd: 32, ff: 128 });
const { batch, embd, ff } = dims;
const mesh = defineMesh({ model: 4 });
const inputs = [
  placeholder([batch, embd]),
  placeholder([embd, ff]),
  placeholder([ff, embd]),
] as const;

const feed = (
  x: Tensor<"batch" | "embd">,
  up: Tensor<"embd" | "ff">,
  down: Tensor<"ff" | "embd">,
) => einsum(relu(einsum(x, up, "batch", "ff")), down, "batch", "embd");

const bytesUnder = (rules: object, machine?: MachineModel) => {
  const layout = defineLayout({ dims, mesh, rules });
  return ledger(lower(feed, { layout, inputs, machine }).program).bytes;
};

describe("a plan", () => {
  it("costs the same whichever of two rules for one axis comes first", () => {
    const batchFirst = bytesUnder({ batch: "model", ff: "model" });
    expect(batchFirst).toBe(bytesUnder({ ff: "model", batch: "model" }));
    expect(batchFirst).toBeGreaterThan(0);
  });

  it("moves more bytes by fewer collectives where each takes long", () => {
    const slow = { ...defaultMachine, link: { bandwidth: 2e9, latency: 1 } };
    const quick = { ...defaultMachine, link: { bandwidth: 2e9, latency: 0 } };
    const layout = defineLayout({
      dims,
      mesh,
      rules: { batch: "model" },
      storage: { "1": { embd: "model" }, "2": { embd: "model" } },
    });
    const entries = (machine: MachineModel) =>
      ledger(lower(feed, { layout, inputs, machine }).program).entries.length;
    expect(entries(slow)).toBeLessThanOrEqual(entries(quick));
  });

  it("leaves an axis idle that the layout does not name", () => {
    const other = defineMesh({ model: 2, idle: 2 });
    const layout = defineLayout({ dims, mesh: other, rules: { ff: "model" } });
    const { values } = lower(feed, { layout, inputs }).program;
    expect(values.flatMap((v) => Object.values(v.placement.split).flat())).not.toContain("idle");
  });

  it("counts a dim of two rows as shared by two of four devices, and splits another", () => {
    const few = defineDims({ row: 2, from: 1024, to: 1024 });
    const product = (x: Tensor<"row" | "from">, w: Tensor<"from" | "to">) =>
      einsum(x, w, "row", "to");
    const { values } = lower(product, {
      layout: defineLayout({ dims: few, mesh, rules: { row: "model" } }),
      inputs: [placeholder([few.row, few.from]), placeholder([few.from, few.to])],
      machine: { ...defaultMachine, flops: 1e9 },
    }).program;
    const split = values.flatMap((v) => Object.keys(v.placement.split));
    expect(split.filter((dim) => dim !== "row")).not.toEqual([]);
  });

  it("that devices have no memory for gives way to one that fits", () => {
    const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
    const changed = seeds.filter((seed) => {
      const { traced, layout, text } = draw(seed);
      const on = (capacity?: number) => {
        const machine = { ...defaultMachine, ...(capacity !== undefined && { capacity }) };
        const { cost, program } = lookAhead(traced, layout, [], machine);
        return { cost, peak: memoryPlan(program).peakBytes };
      };
      const free = on();
      expect(on(free.peak), text).toEqual(free);
      // Where nothing fits, the plan that costs least is given: to refuse it is the runtime's.
      expect(on(1), text).toEqual(free);
      const less = on(free.peak - 1);
      if (less.peak === free.peak) return false;
      expect(less.peak, text).toBeLessThan(free.peak);
      expect(less.cost, text).toBeGreaterThanOrEqual(free.cost);
      return true;
    });
    expect(changed.length).toBeGreaterThan(0);
  });

  it("is recorded with its machine", () => {
    const layout = defineLayout({ dims, mesh, rules: {} });
    expect(lower(feed, { layout, inputs }).program.machine).toEqual(defaultMachine);
  });
});

describe("a machine that is none", () => {
  const refused = (machine: unknown): string => {
    try {
      bytesUnder({}, machine as MachineModel);
    } catch (error) {
      if (error instanceof MtfError) return error.message.split("\n")[0]!;
      throw error;
    }
    return "accepted";
  };

  it("is refused with what it has to be", () => {
    const links = { pod: defaultMachine.link };
    expect([
      refused({ ...defaultMachine, flops: 0 }),
      refused({ ...defaultMachine, memory: "fast" }),
      refused({ ...defaultMachine, link: { bandwidth: 1e9, latency: -1 } }),
      refused({ ...defaultMachine, capacity: "4 GiB" }),
      refused({ ...defaultMachine, overlaps: "yes" }),
      refused({ ...defaultMachine, links }),
      refused({ ...defaultMachine, speed: 1 }),
    ]).toMatchInlineSnapshot(`
      [
        "[bad-argument] lower: 'options.machine.flops' must be a number above 0, and is 0.",
        "[bad-argument] lower: 'options.machine.memory' must be a number above 0, and is the text "fast".",
        "[bad-argument] lower: 'options.machine.link.latency' must be a number from 0 on, and is -1.",
        "[bad-argument] lower: 'options.machine.capacity' must be a number above 0, and is the text "4 GiB".",
        "[bad-argument] lower: 'options.machine.overlaps' must be true or false, and is the text "yes".",
        "[bad-argument] lower: 'options.machine.links' must be an axis of the mesh: model, and is the text "pod".",
        "[unknown-option] lower: 'options.machine' has no 'speed'.",
      ]
    `);
  });
});
