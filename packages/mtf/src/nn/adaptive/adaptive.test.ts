import { expect, it } from "vitest";
import * as mtf from "../../index.ts";
import * as layers from "../../nn.ts";
import { close, dims, drawn, given } from "../testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];

const { batch, length, embd } = dims;

// Three clusters: words 0 and 1 as wide as features, 2 to 4 of two numbers, 5 to 9 of one.
const vocab = [2, 3, 5].map((size) => mtf.dimension("vocab", size));
const widths = [mtf.dimension("wide", 2), mtf.dimension("narrow", 1)];
const tail = mtf.dimension("tail", 2);
const weights = () => [
  drawn(vocab[0]!, embd),
  drawn(vocab[1]!, widths[0]!),
  drawn(widths[0]!, embd),
  drawn(vocab[2]!, widths[1]!),
  drawn(widths[1]!, embd),
];
type Ten = mtf.AnyTensor;
const clustersOf = (a: Ten, b: Ten, bUp: Ten, c: Ten, cUp: Ten) => [
  { table: a },
  { table: b, up: bUp },
  { table: c, up: cUp },
];
/** All rows, as wide as features. */
const whole = (a: Ten, b: Ten, bUp: Ten, c: Ten, cUp: Ten) =>
  m.concat([a, m.contract(b, bUp, "wide"), m.contract(c, cUp, "narrow")], "vocab");

const ids = [
  mtf.placeholder([batch, length], "int32") as Ten,
  Array.from({ length: 24 }, (_, i) => (i % 12) - 1),
] as const;

it("adaptive embeddings are rows of one table, and its logits", async () => {
  const inputs = [ids, ...weights()];
  const embedded = (at: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
    nn.adaptiveEmbedding(at, clustersOf(...w), "vocab", "embd");
  const looked = (at: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) => m.gather(whole(...w), at, "vocab");
  close(await given(embedded as never, inputs), await given(looked as never, inputs));

  const logits = [drawn(length, embd), ...weights()];
  const adaptive = (x: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
    nn.adaptiveLogits(x, clustersOf(...w), "vocab", "embd");
  const plain = (x: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) => m.contract(x, whole(...w), "embd");
  close(await given(adaptive as never, logits), await given(plain as never, logits));
});

it("an adaptive softmax is one of a word's cluster, and one of the word in it", async () => {
  const inputs = [drawn(batch, length, embd), drawn(tail, embd), ...weights()];
  const found = await given(
    ((x: Ten, tails: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
      nn.adaptiveLogSoftmax(x, { clusters: clustersOf(...w), tails }, "vocab", "embd")) as never,
    inputs,
  );
  const logits = (x: Ten, tails: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
    m.concat(
      [m.contract(x, whole(...w), "embd"), m.rename(m.contract(x, tails, "embd"), "tail", "vocab")],
      "vocab",
    );
  const raw = await given(logits as never, inputs);
  const share = (row: readonly number[], i: number) =>
    row[i]! - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
  const wanted = Array.from({ length: 24 }, (_, n) => {
    const row = raw.slice(12 * n, 12 * n + 12);
    const head = [row[0]!, row[1]!, row[10]!, row[11]!];
    const [two, three] = [row.slice(2, 5), row.slice(5, 10)];
    return [
      ...[share(head, 0), share(head, 1)],
      ...two.map((_, i) => share(head, 2) + share(two, i)),
      ...three.map((_, i) => share(head, 3) + share(three, i)),
    ];
  });
  close(found, wanted.flat());
  for (const row of wanted) expect(row.reduce((n, x) => n + Math.exp(x), 0)).toBeCloseTo(1, 6);

  const lossOf = (x: Ten, tails: Ten, at: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
    nn.adaptiveCrossEntropy(x, { clusters: clustersOf(...w), tails }, at, "vocab", "embd");
  const [x, tails, ...rest] = inputs;
  const losses = await given(lossOf as never, [x!, tails!, ids, ...rest]);
  const inside = (id: number) => id >= 0 && id < 10;
  close(
    losses,
    ids[1].map((id, n) => (inside(id) ? -wanted[n]![id]! : 0)),
  );
});

it("the gradient of its loss is that of the log-probabilities", async () => {
  const inputs = [drawn(batch, length, embd), drawn(tail, embd), ids, ...weights()];
  const picked = (x: Ten, tails: Ten, at: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) => {
    const logs = nn.adaptiveLogSoftmax(x, { clusters: clustersOf(...w), tails }, "vocab", "embd");
    return m.neg(m.sum(m.mul(logs, m.oneHot(at, mtf.dimension("vocab", 10)))));
  };
  const direct = (x: Ten, tails: Ten, at: Ten, ...w: [Ten, Ten, Ten, Ten, Ten]) =>
    m.sum(nn.adaptiveCrossEntropy(x, { clusters: clustersOf(...w), tails }, at, "vocab", "embd"));
  const slope = (loss: (...xs: never[]) => unknown) =>
    ((x: Ten, ...more: Ten[]) =>
      m.grad((y: Ten) => loss(y as never, ...(more as never[])))(x)) as never;
  close(await given(slope(direct as never), inputs), await given(slope(picked as never), inputs));
});

it("refuses what makes no sense", () => {
  const x = mtf.placeholder([batch, embd]);
  const table = mtf.placeholder([vocab[0]!, embd]);
  const one = { clusters: [{ table }], tails: mtf.placeholder([tail, embd]) };
  expect(() => nn.adaptiveLogSoftmax(x, one, "vocab", "embd")).toThrow("a row for each cluster");
  expect(() => nn.adaptiveLogits(x, [], "vocab", "embd")).toThrow("there are no clusters");
  expect(() => nn.adaptiveLogits(x, [{ table }], "vocab", "heads")).toThrow("no dim 'heads'");
});
