import { readdirSync } from "node:fs";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { describe, expect, it } from "vitest";
import { layouts, someOf } from "./hugging-face/layouts.ts";
import { agreement } from "./support/agree.ts";
import { disagreement, fixture, readJson } from "./support/expected.ts";
import type { Numbers } from "./support/on-devices.ts";
import { type Losses, originalModel } from "./support/original-model.ts";

// Models that the original GPT-Neo was run with, one for each of its options.

const names = readdirSync(fixture("original-models"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Splits of all dims, most of which do not divide evenly. */
const split = [
  "both",
  "storage split",
  "sequence and memory split",
  "embd split",
  "uneven in three",
];

async function on<R>(
  at: string,
  backend: "wasm" | "reference",
  run: (devices: Devices) => Promise<R>,
): Promise<R> {
  const devices = await simulator(defineMesh(layouts[at]!.mesh), { backend });
  try {
    return await run(devices);
  } finally {
    await devices.close();
  }
}

/**
 * How far numbers are from the original's, as parts of ten times what float32 alone does to ours, and of
 * 1e-6 of the largest; of those that should be 0, of the largest of all.
 */
function compare(found: Numbers, wanted: Numbers, float32: Numbers, float64: Numbers): Ratios {
  const largest = (numbers: ArrayLike<number>): number =>
    Math.max(...Array.from(numbers, Math.abs));
  const most = Math.max(...[...wanted.values()].map(largest));
  const far = [...wanted].map(([path, numbers]) => {
    const [rough, fine] = [float32.get(path)!, Array.from(float64.get(path)!)];
    const max_abs_diff_f32_f64 = Math.max(...fine.map((x, i) => Math.abs(x - rough[i]!)));
    const tolerance = { max_abs_diff_f32_f64, max_abs: largest(fine) || most };
    return [path, disagreement(found.get(path) ?? [], { numbers, tolerance })] as const;
  });
  return new Map(far);
}

type Ratios = ReadonlyMap<string, number>;

/** What has no option that published models have not, and is compared with Hugging Face on all layouts. */
const plain = /^(global|local_radius|recompute|vocab_odd|z_loss|mem_kv_local|entmax_loss$)/;

const agree = agreement("the original's models");

const models = names.filter((name) => name !== "bfloat16");

describe.each(models)("%s", async (name) => {
  // The next one on another, so that what models have in common meets all.
  const own = [split[models.indexOf(name) % split.length]!];

  const { wanted, computed } = await originalModel(name);

  it("computes logits, loss and gradients as the original, on several layouts", async () => {
    const one = layouts["one device"]!;
    const float64 = await on("one device", "reference", (devices) => computed(devices, one));
    const float32 = await on("one device", "wasm", (devices) => computed(devices, one));
    const check = (at: string, found: Numbers): void => {
      agree(`${name}, ${at}`, compare(found, wanted, float32, float64));
    };
    check("float64", float64);
    check("one device", float32);
    for (const at of plain.test(name) ? own : someOf(split, own)) {
      check(at, await on(at, "wasm", (devices) => computed(devices, layouts[at]!)));
    }
    expect(wanted.size).toBeGreaterThan(0);
  });
});

it("computes one that the original computed in bfloat16, as far as that type goes", async () => {
  const { wanted, computed } = await originalModel("bfloat16");
  const losses = await readJson<Losses>("original-models/losses.json");
  const found = await on("both", "wasm", (devices) => computed(devices, layouts.both!));
  // Its own two passes over the batch, one of them with gradients, are farther from each other.
  const loss = found.get("lossAndGradient/0")![0]!;
  const [evaluated, trained] = [losses.bfloat16!.loss_eval!, losses.bfloat16!.loss_train!];
  for (const theirs of [evaluated, trained]) {
    expect(Math.abs(loss - theirs)).toBeLessThan(Math.abs(evaluated - trained));
  }
  for (const [path, numbers] of wanted) {
    // Eight bits of each activation, through two layers and, for gradients, back.
    const max_abs = Math.max(...Array.from(numbers, Math.abs));
    const tolerance = { max_abs_diff_f32_f64: 0, max_abs };
    const ratio = disagreement(found.get(path)!, { numbers, tolerance });
    expect(ratio * 1e-6, path).toBeLessThan((path === "logits" ? 8 : 32) * 2 ** -8);
  }
});
