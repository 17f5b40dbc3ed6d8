import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  exp,
  type LayoutRules,
  ledger,
  lower,
  memoryPlan,
  placeholder,
  sum,
} from "mtf";
import { expect, test } from "vitest";
import { simulator } from "../src/simulator.ts";
import { dims, state, step, tokens } from "./optima/transformer.ts";

/** The least of some times, for whatever else the machine is at only adds to it. */
async function leastTime(work: () => unknown, repeats: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const begun = performance.now();
    await work();
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

interface Case {
  readonly few: string;
  readonly many: string;
  readonly rules: LayoutRules;
  readonly rests?: LayoutRules;
}

test.each<Case>([
  { few: "data:2", many: "data:65536", rules: { batch: "data" } },
  // Slices that differ in size, and some of them empty.
  {
    few: "data:2",
    many: "data:65536",
    rules: { batch: "data" },
    rests: { embd: "data", ff: "data" },
  },
  { few: "data:3", many: "data:65535", rules: { length: "data", position: "data" } },
  {
    few: "data:2,model:2",
    many: "data:256,model:256",
    rules: { batch: "data", heads: "model", ff: "model", vocab: ["model", "data"] },
    rests: { embd: ["data", "model"] },
  },
  // From cuts by one list of axes to cuts by another.
  {
    few: "data:2,model:2",
    many: "data:255,model:257",
    rules: { batch: "data", embd: "model", length: "model" },
    rests: { embd: ["data", "model"], ff: "data" },
  },
])(
  "what is planned for $many takes as long as for $few, by $rules",
  async ({ few, many, rules, rests }) => {
    const plan = (axes: string) => () => {
      const storage = rests && { "": rests };
      const layout = defineLayout({
        dims,
        mesh: defineMesh(axes),
        rules,
        ...(storage && { storage }),
      } as never);
      const inputs = [state(), tokens(), tokens()] as const;
      const lowered = lower(step as never, { layout, inputs: inputs as never, donate: [0] });
      return [String(lowered), ledger(lowered.program), memoryPlan(lowered.program)];
    };
    plan(few)();
    const [short, long] = [await leastTime(plan(few), 3), await leastTime(plan(many), 3)];
    // The programs differ a little: where no device has more than an element, others are best. What is
    // done for every device takes more than ten times as long.
    expect(long / short).toBeLessThan(8);
  },
);

test("the simulator's start takes a time for each device that does not grow with their number", async () => {
  const startWith = (count: number) => async () => {
    const own = defineDims({ batch: 2 * count + 1 });
    const mesh = defineMesh({ data: count });
    const layout = defineLayout({ dims: own, mesh, rules: { batch: "data" } });
    const inputs = [placeholder([own.batch])] as const;
    const devices = await simulator(mesh);
    await devices.load(lower((x) => exp(add(x, sum(x, "batch"))), { layout, inputs }));
    await devices.usage();
    await devices.close();
  };
  await startWith(512)();
  const [few, many] = [await leastTime(startWith(1024), 3), await leastTime(startWith(16384), 2)];
  // Sixteen times as many devices; what is done for each pair of them would take 256 times as long.
  expect(many / few).toBeLessThan(64);
});
