import {
  add,
  type Dimension,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  fold,
  key,
  ledger,
  lower,
  mean,
  normal,
  relu,
  type Scalar,
  sgd,
  square,
  type Tensor,
  valueAndGrad,
} from "mtf";
import {
  type ExpertWeights,
  expertCapacity,
  feedForward,
  type MixtureOptions,
  mixtureOfExperts,
  switchRouter,
} from "mtf/nn";
import { workers } from "mtf/workers";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
What does a mixture of experts cost beside a dense layer that computes as much?

  npm run bench -- moe [--rounds N] [--json]

A training step of one layer, with gradients of its weights and of what it is given, on two workers: a
feed-forward network, and mixtures of 1, 4 and 16 such networks of which each token goes through one.
Experts have as many places as tokens need that choose them alike, so all compute as much. Tokens and
experts are split over both workers.

  --rounds N  how often all take turns (7)`;

const { json, quick, values } = readOptions(help, ["rounds"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 7);
const milliseconds = quick ? 5 : 400;
const sizes = quick
  ? { batch: 4, length: 16, embd: 16, ff: 32 }
  : { batch: 8, length: 256, embd: 512, ff: 2048 };
const dims = defineDims(sizes);
const { batch, length, embd, ff } = dims;
const mesh = defineMesh({ data: 2 });

type Tokens = Tensor<"batch" | "length" | "embd">;
type Expert = "expert" | "embd" | "ff";
type Experts = ExpertWeights<"embd" | "expert", Expert, Expert>;
type Weights = { readonly [name: string]: Tensor<string> };

interface Layer {
  readonly name: string;
  readonly experts: Dimension<"expert">;
  readonly apply: (x: Tokens, p: Weights) => { readonly y: Tokens; readonly dropped?: Scalar };
  readonly shapes: { readonly [name: string]: readonly Dimension[] };
}

const dense: Layer = {
  name: "dense",
  experts: dimension("expert", 1),
  apply: (x, p) => ({
    y: feedForward(x, { weight: p.up as never }, { weight: p.down as never }, relu) as Tokens,
  }),
  shapes: { up: [embd, ff], down: [ff, embd] },
};

function mixture(count: number): Layer {
  const experts = dimension("expert", count);
  const capacity = expertCapacity(length.size, count, { factor: 1, least: 1 });
  const options: MixtureOptions<"batch" | "length" | "embd"> = {
    ...{ router: switchRouter(), tokens: "length", places: dimension("place", capacity) },
  };
  return {
    name: `${count} ${count === 1 ? "expert" : "experts"}`,
    experts,
    apply: (x, p) => {
      const { output, dropped } = mixtureOfExperts(x, p as unknown as Experts, options);
      return { y: output, dropped };
    },
    shapes: {
      router: [embd, experts],
      up: [experts, embd, ff],
      down: [experts, ff, embd],
    },
  };
}

/** A step of gradient descent on a layer with a residual. */
function step({ apply }: Layer) {
  return (p: Weights, x: Tokens) => {
    const loss = ([weights, given]: readonly [Weights, Tokens]) => {
      const { y } = apply(given, weights);
      return mean(square(add(given, y))) as Scalar;
    };
    const [value, [gradient, dx]] = valueAndGrad(loss as never)([p, x] as never) as never as [
      Scalar,
      readonly [Weights, Tokens],
    ];
    return [sgd(p, gradient, { rate: 1e-3 }), value, dx] as const;
  };
}

const devices = await workers(mesh);
try {
  const layers = [dense, ...[1, 4, 16].map(mixture)];
  const runs: Awaited<ReturnType<typeof prepared>>[] = [];
  for (const layer of layers) runs.push(await prepared(layer));
  const times = layers.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of runs.entries()) times[i]!.push(await run.timed());
    note(`round ${round + 1} of ${rounds} done`);
  }
  const tokens = batch.size * length.size;
  const results = layers.map(({ name }, i) => {
    const shares = times[i]!.map((t, round) => times[0]![round]! / t);
    return {
      layer: name,
      tokensPerSecond: (1000 * tokens) / median(times[i]!),
      ofDense: median(shares),
      dropped: runs[i]!.dropped,
      movedBytes: runs[i]!.bytes,
    };
  });
  if (json) printLines(results);
  else {
    const rows = results.map((r) => [
      r.layer,
      figure(r.tokensPerSecond),
      figure(r.ofDense),
      `${Math.round(100 * r.dropped)} %`,
      r.movedBytes.toLocaleString("en-US"),
    ]);
    console.log(table(["layer", "tokens/s", "of dense", "dropped", "B moved"], rows));
  }
} finally {
  await devices.close();
}

/** A layer's step on the devices, its weights and tokens there. */
async function prepared(layer: Layer) {
  const layout = defineLayout<string, string>({
    dims: { ...dims, expert: layer.experts },
    mesh,
    rules: { batch: "data", expert: "data" },
  });
  const initial = () => {
    const k = key(1);
    const weights = Object.entries(layer.shapes).map(([name, shape]) => [
      name,
      normal(fold(k, name), shape, { std: name === "router" ? 1 : 0.02 }),
    ]);
    const x = normal(fold(k, "x"), [batch, length, embd]) as Tokens;
    return [Object.fromEntries(weights) as Weights, x] as const;
  };
  const begin = lower(initial, { layout, inputs: [] as const });
  let [weights, x] = await (await devices.load(begin))();
  const look = lower((p: Weights, y: Tokens) => layer.apply(y, p).dropped ?? mean(square(y)), {
    layout,
    inputs: begin.result as never,
  });
  const seen = await (await devices.load(look))(weights as never, x as never);
  const dropped = layer === dense ? 0 : (await seen.read())[0]!;
  const lowered = lower(step(layer), { layout, inputs: begin.result as never, donate: [0] });
  const run = (await devices.load(lowered)) as never as (
    p: unknown,
    x: unknown,
  ) => Promise<
    [unknown, { read(): Promise<ArrayLike<number>>; dispose(): void }, { dispose(): void }]
  >;
  const once = async (): Promise<void> => {
    const [next, value, dx] = await run(weights, x);
    weights = next as never;
    await value.read();
    value.dispose();
    dx.dispose();
  };
  await once();
  const timed = async (): Promise<number> => {
    const since = performance.now();
    let count = 0;
    while (performance.now() - since < milliseconds || count < 2) {
      await once();
      count++;
    }
    return (performance.now() - since) / count;
  };
  return { timed, dropped, bytes: ledger(lowered.program).bytes };
}
