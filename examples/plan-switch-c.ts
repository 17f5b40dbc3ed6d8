// Plans a training step of 1.6 trillion parameters for 2,048 devices, one expert of each layer on each:
// the size of Switch-C (Fedus and others, 2021), as 30 layers of one decoder. Nothing runs.
//
//   node --import tsx examples/plan-switch-c.ts [--program]

import {
  adam,
  adamState,
  add,
  contract,
  defineDims,
  defineLayout,
  defineMachine,
  defineMesh,
  leavesOf,
  ledger,
  lower,
  mean,
  memoryPlan,
  mul,
  placeholder,
  printProgram,
  scan,
  softmaxCrossEntropy,
  type Tensor,
  valueAndGrad,
  zeros,
} from "mtf";
import * as nn from "mtf/nn";

const dims = defineDims({
  ...{ batch: 2048, length: 2048, memory: 2048, vocab: 32128, layer: 30, heads: 32, kv: 64 },
  ...{ embd: 2080, ff: 6144, expert: 2048, place: nn.expertCapacity(2048, 2048, { least: 1 }) },
});
const { batch, length, memory, vocab, layer, heads, kv, embd, ff, expert, place } = dims;

type Tokens = Tensor<"batch" | "length", "int32">;

const block = {
  norms: { attention: nn.rmsNormParams(embd), experts: nn.rmsNormParams(embd) },
  attention: nn.attentionParams(embd, heads, kv),
  experts: nn.expertParams(embd, expert, ff),
};
const model = { words: nn.embeddingParams(vocab, embd), blocks: nn.stackedParams(layer, block) };
type Model = nn.Values<typeof model>;

function loss(p: Model, token: Tokens, next: Tokens) {
  const router = nn.switchRouter();
  const look = {
    along: "length",
    memory,
    within: "kv",
    visible: nn.causal(length, memory),
  } as const;
  const begin = { x: nn.embedding(token, p.words, "vocab"), balance: zeros([]) };
  const { x, balance } = scan(
    layer,
    (state: typeof begin, { norms, attention, experts }: nn.Values<typeof block>) => {
      const seen = nn.rmsNorm(state.x, norms.attention.gain, "embd");
      const attended = add(state.x, nn.selfAttention(seen, attention, look));
      const given = nn.rmsNorm(attended, norms.experts.gain, "embd");
      const options = { router, tokens: "length", places: place } as const;
      const mixed = nn.mixtureOfExperts(given, experts, options);
      const after = { x: add(attended, mixed.output), balance: add(state.balance, mixed.balance) };
      return [after, zeros([])];
    },
    begin,
    p.blocks,
  )[0];
  const logits = contract(x, p.words.table, "embd");
  return add(mean(softmaxCrossEntropy(logits, next, "vocab")), mul(balance, 0.01 / layer.size));
}

type State = ReturnType<typeof adamState<Model>>;

function step(state: State, token: Tokens, next: Tokens) {
  const [value, gradient] = valueAndGrad((p: Model) => loss(p, token, next))(state.params);
  return [adam(state, gradient, { rate: 1e-4 }), value] as const;
}

const machine = defineMachine({
  ...{ flops: 1e14, memory: 1e12, capacity: 3.2e10 },
  link: { bandwidth: 1e11, latency: 1e-5 },
});
const layout = defineLayout({
  ...{ dims, mesh: defineMesh({ data: 2048 }) },
  rules: { batch: "data", expert: "data" },
});
const state = adamState(nn.placeholdersOf(model));
const token = placeholder([batch, length], "int32");
const inputs = [state, token, token] as const;
const { program } = lower(step, { layout, inputs, donate: [0], machine });

const weights = leavesOf(model, nn.isParameter).map(([, { dims: own }]) =>
  own.reduce((n, { size }) => n * size, 1),
);
const total = weights.reduce((n, size) => n + size, 0);
const memoryOf = memoryPlan(program);
if (process.argv.includes("--program")) console.log(printProgram(program));
console.log(`${ledger(program)}`);
console.log(`${(total / 1e12).toFixed(2)} trillion parameters`);
console.log(
  `a device holds ${gigabytes(memoryOf.inputBytes)} at rest, ${gigabytes(memoryOf.peakBytes)} at most`,
);
console.log(`and receives ${gigabytes(ledger(program).bytes / 2048)} in a step`);

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
