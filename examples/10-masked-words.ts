// Guesses hidden tokens from those on both sides: an encoder whose attention is rotary.
//
//   npx tsx examples/10-masked-words.ts [batch:data,heads:model,ff:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.
//
// Another layout to try: "batch:model,vocab:data".

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({
  ...{ batch: 16, length: 16, embd: 32, heads: 2, kv: 16, ff: 64, vocab: 12 },
});
const { batch, length, embd, heads, kv, ff, vocab } = dims;
const memory = mtf.dimension("memory", length.size);

const model = {
  words: nn.embeddingParams(vocab, embd, nn.normally({ std: 0.3 })),
  blocks: [0, 1].map(() => ({
    norms: [nn.rmsNormParams(embd), nn.rmsNormParams(embd)],
    attention: nn.attentionParams(embd, heads, kv),
    network: nn.feedForwardParams(embd, ff),
  })),
  out: nn.denseParams([embd], [vocab]),
} as const;

type Tokens = mtf.Tensor<"batch" | "length", "int32">;

/** How badly the hidden tokens are guessed; those to be seen do not count. */
function loss(p: nn.Values<typeof model>, shown: Tokens, tokens: Tokens) {
  const angles = nn.rotaryAngles(mtf.iota(length), nn.rotaryFrequencies(kv.size), kv);
  const turned = <N extends string>(x: mtf.Tensor<N>) =>
    nn.rotary(x as mtf.Tensor<N | "kv" | "length">, "kv", angles) as mtf.Tensor<N>;
  let x = nn.embedding(shown, p.words, "vocab");
  for (const { norms, attention, network } of p.blocks) {
    const look = { along: "length", memory, within: "kv", turned } as const;
    x = mtf.add(x, nn.selfAttention(nn.rmsNorm(x, norms[0]!.gain, "embd"), attention, look));
    const seen = nn.rmsNorm(x, norms[1]!.gain, "embd");
    x = mtf.add(x, nn.feedForward(seen, network.up, network.down, mtf.gelu));
  }
  const errors = mtf.softmaxCrossEntropy(nn.dense(x, p.out), tokens, "vocab");
  const hidden = mtf.cast(mtf.equal(shown, mask), "float32");
  return mtf.div(mtf.sum(mtf.mul(errors, hidden)), mtf.sum(hidden));
}

type State = mtf.AdamState<nn.Values<typeof model>>;

function step(state: State, shown: Tokens, tokens: Tokens) {
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, shown, tokens);
  return [mtf.adam(state, gradient, { rate: 3e-3 }), value] as const;
}

/** What stands in a hidden token's place. */
const mask = vocab.size - 1;

/** Rows that count in steps of their own, such as 0 2 4 6 …, and what is shown of them. */
function rows(i: number) {
  const at = Array.from({ length: batch.size * length.size }, (_, n) => n);
  const tokens = Int32Array.from(at, (n) => {
    const row = Math.floor(n / length.size) + i * batch.size;
    return (((row * 7) % mask) + (n % length.size) * (1 + (row % 3))) % mask;
  });
  const isHidden = (n: number) => (n * 37 + i * 11 + Math.floor(n / length.size)) % 5 === 0;
  return [tokens.map((token, n) => (isHidden(n) ? mask : token)), tokens] as const;
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,heads:model,ff:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), model));
const begin = mtf.lower(initial, { layout, inputs: [] });
const ids = mtf.placeholder([batch, length], "int32");
const train = mtf.lower(step, { layout, inputs: [begin.result, ids, ids], donate: [0] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 100; i++) {
  const [next, value] = await run(state, ...rows(i));
  if (i % 20 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
await devices.close();
