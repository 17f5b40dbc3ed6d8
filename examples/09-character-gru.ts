// Predicts the next character of a rhyme: a gated recurrent unit that `scan` takes along the text.
//
//   npx tsx examples/09-character-gru.ts [batch:data,hidden:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// Another layout to try: "batch:model,letter:data".

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const text =
  "one fish two fish red fish blue fish. this one has a little star, this one a little car. ";
const letters = [...new Set(text)].sort();
const ids = Int32Array.from(text, (character) => letters.indexOf(character));

const sizes = { batch: 16, length: 24, embd: 16, hidden: 48 };
const dims = mtf.defineDims({ ...sizes, letter: letters.length });
const { batch, length, embd, hidden } = dims;

const model = {
  letters: nn.embeddingParams(dims.letter, embd, nn.normally({ std: 0.3 })),
  // The weights take one state to the next: both have `hidden`, and a tensor's dims differ in name.
  cell: nn.gruParams({ input: embd, hidden, from: mtf.dimension("hidden_in", hidden.size) }),
  out: nn.denseParams([hidden], [dims.letter]),
} as const;

type Text = mtf.Tensor<"batch" | "length", "int32">;

function loss(p: nn.Values<typeof model>, now: Text, following: Text) {
  const weights = { ...p.cell, gates: "gate", from: "hidden_in" };
  const cell = (state: mtf.Tensor<"batch" | "hidden">, x: mtf.Tensor<"batch" | "embd">) => {
    const next = nn.gru(state, x, weights);
    return [next, next] as const;
  };
  const read = nn.embedding(now, p.letters, "letter");
  const [, states] = mtf.scan(length, cell, mtf.zeros([batch, hidden]), read);
  const logits = nn.dense(states, p.out);
  return mtf.mean(mtf.softmaxCrossEntropy(logits, following, "letter"));
}

type State = mtf.AdamState<nn.Values<typeof model>>;

function step(state: State, now: Text, following: Text) {
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, now, following);
  return [mtf.adam(state, gradient, { rate: 0.01 }), value] as const;
}

/** Pieces of the text from all over, which begin `by` characters later. */
function pieces(i: number, by: number) {
  return Int32Array.from({ length: batch.size * length.size }, (_, n) => {
    const [row, at] = [Math.floor(n / length.size), n % length.size];
    return ids[(row * 11 + i * 5 + at + by) % ids.length]!;
  });
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,hidden:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), model));
const begin = mtf.lower(initial, { layout, inputs: [] });
const characters = mtf.placeholder([batch, length], "int32");
const inputs = [begin.result, characters, characters] as const;
const train = mtf.lower(step, { layout, inputs, donate: [0] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 60; i++) {
  const [next, value] = await run(state, pieces(i, 0), pieces(i, 1));
  if (i % 10 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
await devices.close();
