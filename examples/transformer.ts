// Mesh-TensorFlow's transformer: stacks of layers make an encoder and a decoder, or a decoder alone.
//
//   npx tsx examples/transformer.ts [batch:data,heads:model,ff:model] [shared]
//
// The two together, its `Bitransformer`, learn to turn strings of digits round; the decoder alone, its
// `Unitransformer`, learns to count on. With "shared" all layers of a stack have the same weights.
// Another layout to try: "batch:model,vocab:data".

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const sizes = { batch: 64, length: 6, embd: 32, heads: 4, kv: 8, ff: 64, vocab: 12, bucket: 16 };
const dims = mtf.defineDims(sizes);
const { batch, length, embd, heads, kv, ff, vocab, bucket } = dims;
/** Positions again, as those that are looked at. */
const memory = mtf.dimension("memory", length.size);
const depth = 2;
const shared = process.argv[3] === "shared";

/** The tokens: one for where there is nothing, one for the end of a string, then the digits from 0. */
const [nothing, end, zero] = [0, 1, 2];

type Ids = mtf.Tensor<"batch" | "length", "int32">;
type States = mtf.Tensor<"batch" | "length" | "embd">;

// ---- Weights ----

const norm = nn.rmsNormParams(embd);
const attention = () => ({ norm, weights: nn.attentionParams(embd, heads, kv) });
const network = () => ({ norm, weights: nn.feedForwardParams(embd, ff, { bias: false }) });
const layer = () => ({ self: attention(), network: network() });
const readingLayer = () => ({ ...layer(), other: attention() });

/** Layers, a bias of scores by distance that they have in common, and a norm of what they give. */
const stack = <const Layer>(one: () => Layer) => ({
  layers: Array.from({ length: shared ? 1 : depth }, one),
  distance: nn.embeddingParams(bucket, heads, nn.normally({ std: 0.1 })),
  norm,
});

const words = nn.embeddingParams(vocab, embd);
const unitransformer = { words, decoder: stack(layer) };
const bitransformer = { words, encoder: stack(layer), decoder: stack(readingLayer) };

type Unitransformer = nn.Values<typeof unitransformer>;
type Bitransformer = nn.Values<typeof bitransformer>;
type Layers = (Unitransformer | Bitransformer)["decoder"]["layers"];
type Stack = Omit<Unitransformer["decoder"], "layers"> & { readonly layers: Layers };
type Decoding = Pick<Unitransformer, "words"> & { readonly decoder: Stack };

// ---- What is computed with them ----

/** What an encoder has read, and where there was something to read. */
interface Read {
  readonly states: mtf.Tensor<"batch" | "memory" | "embd">;
  readonly visible: mtf.Tensor<"batch" | "memory", "bool">;
}

const normed = (x: States, p: nn.Values<typeof norm>) => nn.rmsNorm(x, p.gain, "embd");

/** T5's bias: how much is added to a score, by how far before or after a position the other is. */
function distanceBias(p: Stack["distance"], bidirectional: boolean) {
  const distance = nn.relativePositions(length, memory);
  const options = { buckets: bucket.size, farthest: 32, bidirectional };
  return nn.embedding(nn.relativeBuckets(distance, options), p, "bucket");
}

/** Every layer adds to the states what it makes of a norm of them. */
function runStack<Seen extends string>(
  p: Stack,
  states: States,
  visible: mtf.Tensor<Seen, "bool">,
  { bidirectional = false, read }: { bidirectional?: boolean; read?: Read | undefined },
): States {
  const bias = distanceBias(p.distance, bidirectional);
  const look = { along: "length", memory, within: "kv", visible, bias } as const;
  let x = states;
  for (let i = 0; i < depth; i++) {
    const layer = p.layers[shared ? 0 : i]!;
    x = mtf.add(x, nn.selfAttention(normed(x, layer.self.norm), layer.self.weights, look));
    if (read && "other" in layer) {
      const { norm, weights } = layer.other;
      const across = { over: "memory", within: "kv", visible: read.visible } as const;
      x = mtf.add(x, nn.crossAttention(normed(x, norm), read.states, weights, across));
    }
    const { norm, weights } = layer.network;
    x = mtf.add(x, nn.feedForward(normed(x, norm), weights.up, weights.down, mtf.relu));
  }
  return normed(x, p.norm);
}

/** Logits of each position of the targets, of which the decoder is shown those before it only. */
function decode({ words, decoder }: Decoding, targets: Ids, read?: Read) {
  const shown = mtf.shift(targets, "length", 1);
  const states = nn.embedding(shown, words, "vocab");
  const x = runStack(decoder, states, nn.causal(length, memory), { read });
  // The table of words serves twice. Its elements begin around 1, so that logits are to be scaled down.
  return nn.dense(mtf.mul(x, embd.size ** -0.5), { weight: words.table });
}

function encode(p: Bitransformer, ids: Ids): Read {
  const visible = mtf.rename(mtf.notEqual(ids, nothing), "length", "memory");
  const states = nn.embedding(ids, p.words, "vocab");
  const x = runStack(p.encoder, states, visible, { bidirectional: true });
  return { states: mtf.rename(x, "length", "memory"), visible };
}

/** A model with all but its targets given. */
type Logits = (targets: Ids) => mtf.Tensor<"batch" | "length" | "vocab">;

function countsOn(p: Unitransformer): Logits {
  return (targets) => decode(p, targets);
}

function turnsRound(p: Bitransformer, ids: Ids): Logits {
  const read = encode(p, ids);
  return (targets) => decode(p, targets, read);
}

/** How badly each token is foretold from the right ones before it: teacher forcing. */
function loss(logits: Logits, targets: Ids) {
  const options = { smoothing: 0.05, zLoss: 1e-4 };
  const errors = nn.smoothedCrossEntropy(logits(targets), targets, "vocab", options);
  const counts = mtf.cast(mtf.notEqual(targets, nothing), "float32");
  return mtf.div(mtf.sum(mtf.mul(errors, counts)), mtf.sum(counts));
}

/**
 * The likeliest token after those chosen before it; the first `given` stay as they are. Each round
 * chooses all of them anew, and one more at least has all before it right, until nothing changes.
 */
function greedy(logits: Logits, begun: Ids, given: number): Ids {
  const stays = mtf.less(mtf.iota(length), given);
  return mtf.whileLoop(
    ({ changed }) => mtf.greater(changed, 0),
    ({ chosen }) => {
      const next = mtf.where(stays, begun, mtf.argmax(logits(chosen), "vocab"));
      return { chosen: next, changed: mtf.sum(mtf.cast(mtf.notEqual(next, chosen), "float32")) };
    },
    { chosen: begun, changed: mtf.constant(1) },
  ).chosen;
}

// ---- Both are trained at once ----

const models = { uni: unitransformer, bi: bitransformer };
type State = mtf.AdamState<nn.Values<typeof models>>;

function step(state: State, counted: Ids, digits: Ids, turned: Ids) {
  const total = ({ uni, bi }: State["params"]) =>
    mtf.add(loss(countsOn(uni), counted), loss(turnsRound(bi, digits), turned));
  const [value, gradient] = mtf.valueAndGrad(total)(state.params);
  return [mtf.adam(state, gradient, { rate: 0.01 }), value] as const;
}

/** Goes on after the first two digits of strings that count, and turns others round. */
const answers = ({ params: { uni, bi } }: State, counted: Ids, digits: Ids) =>
  [greedy(countsOn(uni), counted, 2), greedy(turnsRound(bi, digits), digits, 0)] as const;

/** Strings that count in steps of their own, strings of two to five digits, and those turned round. */
function strings(i: number) {
  const all = Array.from({ length: batch.size }, (_, n) => {
    const row = i * batch.size + n;
    const digits = [1, 2, 3, 4, 5].map((at) => Math.floor(5 + 5 * Math.sin((row * 5 + at) ** 2)));
    const [begin, by] = digits;
    const some = digits.slice(0, 2 + (row % 4));
    return [digits.map((_, at) => (begin! + at * by!) % 10), some, some.toReversed()] as const;
  });
  return [all.map((row) => row[0]), all.map((row) => row[1]), all.map((row) => row[2])] as const;
}

const idsOf = (rows: number[][]) =>
  Int32Array.from(
    rows.flatMap((digits) =>
      Array.from({ length: length.size }, (_, i) =>
        i < digits.length ? zero + digits[i]! : i === digits.length ? end : nothing,
      ),
    ),
  );

/** The digits of each row up to its end. */
const textsOf = (ids: ArrayLike<number>) =>
  Array.from({ length: batch.size }, (_, n) => {
    const row = Array.from(ids).slice(n * length.size, (n + 1) * length.size);
    return row
      .slice(0, row.indexOf(end))
      .map((id) => id - zero)
      .join("");
  });

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "batch:data,heads:model,ff:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), models));
const begin = mtf.lower(initial, { layout, inputs: [] });
const ids = mtf.placeholder([batch, length], "int32");
const train = mtf.lower(step, { layout, inputs: [begin.result, ids, ids, ids], donate: [0] });
const answer = mtf.lower(answers, { layout, inputs: [begin.result, ids, ids] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 300; i++) {
  const [counted, digits, turned] = strings(i);
  const [next, value] = await run(state, idsOf(counted), idsOf(digits), idsOf(turned));
  if (i % 50 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}

const [counted, digits, turned] = strings(1000);
const found = await (await devices.load(answer))(state, idsOf(counted), idsOf(digits));
const wanted = [counted, turned].map((rows) => rows.map((row) => row.join("")));
const [went, round] = [textsOf(await found[0].read()), textsOf(await found[1].read())];
const right = (texts: string[], of: string[]) => texts.filter((text, n) => text === of[n]).length;
console.log(`${went[1]!.slice(0, 2)} counts on: ${went[1]}`);
console.log(`${digits[3]!.join("")} turned round: ${round[3]}`);
console.log(`right: ${right(went, wanted[0]!)} and ${right(round, wanted[1]!)} of ${batch.size}`);
await devices.close();
