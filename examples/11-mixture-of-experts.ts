// A mixture of experts learns four tasks at once: each token goes to the two experts that suit it best.
//
//   npx tsx examples/11-mixture-of-experts.ts [batch:data,expert:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// Each device holds two of the four experts. Another layout to try: "batch:data,expert:data,ff:model".

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({
  ...{ batch: 8, length: 16, feature: 8, embd: 16, expert: 4, ff: 32, answer: 4 },
});
const { batch, length, feature, embd, expert, ff, answer } = dims;

const model = {
  in: nn.denseParams([feature], [embd]),
  experts: nn.expertParams(embd, expert, ff, { initial: nn.varianceScaling() }),
  out: nn.denseParams([embd], [answer]),
} as const;

type Tokens = mtf.Tensor<"batch" | "length" | "feature">;
type Answers = mtf.Tensor<"batch" | "length" | "answer">;

/** How far the answers are off, and a little of how unevenly experts are used. */
function loss(p: nn.Values<typeof model>, tokens: Tokens, answers: Answers) {
  const x = nn.dense(tokens, p.in);
  const { output, balance } = nn.mixtureOfExperts(x, p.experts, {
    router: nn.top2Router(),
    tokens: "length",
    places: mtf.dimension("place", 12),
  });
  const error = mtf.sub(nn.dense(mtf.add(x, output), p.out), answers);
  return mtf.add(mtf.mean(mtf.square(error)), mtf.mul(balance, 0.01));
}

type State = mtf.AdamState<nn.Values<typeof model>>;

function step(state: State, tokens: Tokens, answers: Answers) {
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, tokens, answers);
  return [mtf.adam(state, gradient, { rate: 0.01 }), value] as const;
}

/** Tokens say which task it is and give four numbers; each task turns them round in a way of its own. */
function tasks(i: number) {
  const rows = Array.from({ length: batch.size * length.size }, (_, n) => {
    const task = n % 4;
    const numbers = [0, 1, 2, 3].map((j) => Math.sin((n + i * 128) * (j + 1.3)));
    const answers = numbers.map((_, j) => (task % 2 ? -1 : 1) * numbers[(j + task) % 4]!);
    return { token: [...[0, 1, 2, 3].map((t) => (t === task ? 1 : 0)), ...numbers], answers };
  });
  const all = (numbers: number[][]) => Float32Array.from(numbers.flat());
  return [all(rows.map((row) => row.token)), all(rows.map((row) => row.answers))] as const;
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,expert:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), model));
const begin = mtf.lower(initial, { layout, inputs: [] });
const given = [
  mtf.placeholder([batch, length, feature]),
  mtf.placeholder([batch, length, answer]),
] as const;
const train = mtf.lower(step, { layout, inputs: [begin.result, ...given], donate: [0] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 100; i++) {
  const [next, value] = await run(state, ...tasks(i));
  if (i % 20 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
await devices.close();
