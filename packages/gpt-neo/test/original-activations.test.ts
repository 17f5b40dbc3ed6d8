import {
  defineLayout,
  defineMesh,
  dimension,
  fill,
  grad,
  lower,
  mul,
  placeholder,
  sum,
  type Tensor,
} from "mtf";
import { entmax, entmaxCrossEntropy } from "mtf/nn";
import { readFloat64, simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { originalActivationNames } from "../src/config/activation-names.ts";
import { parseConfig, presets } from "../src/config/index.ts";
import { entmax as drawnFrom } from "../src/generate/processors/entmax.ts";
import { activated } from "../src/models/gpt_neo_mesh/activation.ts";
import { randomisedLeaky } from "../src/models/gpt_neo_mesh/elementwise.ts";
import { learnedActivations } from "../src/models/gpt_neo_mesh/learned-activations.ts";
import { readTensors } from "./support/expected.ts";

// The activations of the original on a grid, with their derivatives, and its entmax.

const recorded = await readTensors("original-models/activations.safetensors");
const grid = recorded.get("x")!;
const ff = dimension("ff", grid.length);
type Row = Tensor<"ff">;

/** Results of a function, on devices between which its dims are split. */
async function numbers(
  fn: (...xs: never[]) => readonly unknown[],
  inputs: readonly unknown[],
  given: readonly ArrayLike<number>[],
): Promise<readonly (readonly number[])[]> {
  const mesh = defineMesh("d:3");
  const layout = defineLayout({ dims: { ff, row, vocab }, mesh, rules: { ff: "d", vocab: "d" } });
  const devices = await simulator(mesh, { backend: "reference" });
  try {
    const run = await devices.load(lower(fn as never, { layout, inputs: inputs as never }));
    const results = (await (run as unknown as (...xs: unknown[]) => Promise<never[]>)(
      ...given.map((one, i) => (isWhole(inputs[i]) ? Int32Array : Float32Array).from(one)),
    )) as never[];
    const read: number[][] = [];
    for (const result of results) read.push(Array.from(await readFloat64(result)));
    return read;
  } finally {
    await devices.close();
  }
}

function isWhole(input: unknown): boolean {
  return (input as { readonly dtype: string }).dtype === "int32";
}

const [row, vocab] = [dimension("row", 5), dimension("vocab", 11)];

/** What a layer computes with an activation, with the numbers that a learned one begins with. */
function named(name: string): (x: Row) => Row {
  const config = parseConfig({
    ...presets.tiny,
    ...{ model_type: "gpt_neo_mesh", activation_function: name },
  });
  const own = learnedActivations[name as keyof typeof learnedActivations] as
    | { readonly begin: readonly number[] }
    | undefined;
  return (x) => {
    const begin = own?.begin.map((value, i) => [`learned${i}`, fill([], value)] as const) ?? [];
    return activated(config, Object.fromEntries(begin), x as never) as never;
  };
}

/** The original computed in float32, where 1 - tanh² cancels. */
function close(found: readonly number[], wanted: ArrayLike<number>, name: string): void {
  found.forEach((x, i) => {
    expect(Math.abs(x - wanted[i]!), `${name} of ${grid[i]}`).toBeLessThan(
      5e-6 * Math.max(1, Math.abs(wanted[i]!)),
    );
  });
}

it("computes those that the original could, and their derivatives", async () => {
  const names = [...recorded.keys()].filter((name) => name !== "x" && !name.endsWith(".grad"));
  expect(names).toHaveLength(32);
  const functions = names.map((name) => {
    if (name === "gelu") return named("gelu_new");
    // The slope that it drew.
    return name === "rrelu" ? (x: Row) => randomisedLeaky(x, 0.8444218515250481) : named(name);
  });
  const all = (x: Row) => [
    ...functions.map((fn) => fn(x)),
    ...functions.map((fn) => grad((y: Row) => sum(fn(y)))(x)),
  ];
  const found = await numbers(all as never, [placeholder([ff])], [grid]);
  names.forEach((name, i) => {
    close(found[i]!, recorded.get(name)!, name);
    const slopes = recorded.get(`${name}.grad`);
    if (!slopes) return;
    // At a bend there is none: the original had one side's, or of two functions alike both.
    const bend = /^(maxtanh|minsin|selu)$/.test(name) ? Array.from(grid).indexOf(0) : -1;
    const own = found[names.length + i]!.map((x, place) => (place === bend ? slopes[bend]! : x));
    close(own, slopes, `the derivative of ${name}`);
  });
});

it("computes the others as they were written", async () => {
  const log = (x: number) => Math.log(1 + x * x);
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  const power = softplus(0);
  const written: Readonly<Record<string, (x: number) => number>> = {
    spike: (x) => 1 / (1 + x * x),
    spike2: (x) => Math.exp(-x * x),
    tanhshrink: (x) => x - Math.tanh(x),
    arcsinh: Math.asinh,
    seagull: log,
    snake: (x) => x + Math.sin(x) ** 2,
    roottanh: (x) => (x * x + 1) ** (1 / 3) * Math.tanh(x),
    prelu: (x) => (x > 0 ? x : 0.2 * x),
    parcsinh: (x) => Math.asinh(x * (power + 1)),
    aria: (x) => x / (power + Math.exp(-x) ** (1 / (power + 1))),
    proottanh: (x) => (Math.abs(x) ** (power + 2) + power + 1) ** (1 / (power + 3)) * Math.tanh(x),
  };
  const names = Object.keys(written);
  const known = [...recorded.keys(), ...names];
  expect(originalActivationNames.filter((name) => !known.includes(name))).toEqual([]);
  const all = (x: Row) => names.map((name) => named(name)(x));
  const found = await numbers(all as never, [placeholder([ff])], [grid]);
  names.forEach((name, i) => {
    close(found[i]!, Array.from(grid, written[name]!), name);
  });
});

it("computes its entmax, forwards and backwards, and draws from it", async () => {
  const tensors = await readTensors("original-models/entmax.safetensors");
  const [logits, cotangent, probs] = ["logits", "cotangent", "probs"].map((k) => tensors.get(k)!);
  type Logits = Tensor<"row" | "vocab">;
  const all = (x: Logits, dy: Logits) => [
    entmax(x, "vocab"),
    grad((y: Logits) => sum(mul(entmax(y, "vocab"), dy)))(x),
  ];
  const inputs = [placeholder([row, vocab]), placeholder([row, vocab])];
  const [p, slopes] = await numbers(all as never, inputs, [logits!, cotangent!]);
  close(p!, probs!, "entmax");
  close(slopes!, tensors.get("grad_logits")!, "its gradient");
  const first = drawnFrom(1.3)(new Float64Array(logits!.slice(44)), { ids: [], promptLength: 0 });
  close([...first].map(Math.exp), probs!.slice(44), "what is drawn from");
});

it("has a loss that is finite where entmax gives a label nothing", async () => {
  const labels = [0, 1, 2, 3, -100];
  const loss = (x: Tensor<"row" | "vocab">, ids: Tensor<"row", "int32">) => {
    const own = (y: Tensor<"row" | "vocab">) => sum(entmaxCrossEntropy(y, ids, "vocab"));
    return [entmaxCrossEntropy(x, ids, "vocab"), grad(own)(x)];
  };
  const logits = Array.from({ length: 55 }, (_, i) => (i % 11 === 0 ? 40 : 0));
  const inputs = [placeholder([row, vocab]), placeholder([row], "int32")];
  const [losses, slopes] = await numbers(loss as never, inputs, [logits, labels]);
  expect(losses!.map((x) => Math.round(x * 10) / 10 + 0)).toEqual([0, 87.3, 87.3, 87.3, 0]);
  expect(slopes!.every((x) => Number.isFinite(x))).toBe(true);
});
