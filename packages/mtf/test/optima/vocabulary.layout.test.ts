import { describe, expect, it } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  gather,
  grad,
  lower,
  mean,
  placeholder,
  type Scalar,
  sgd,
  softmaxCrossEntropy,
  square,
  type Tensor,
} from "../../src/index.ts";
import { summary } from "./collectives.ts";

// A large vocabulary: a table of words is far larger than what is looked up in it.

const dims = defineDims({ batch: 4, length: 512, vocab: 50257, embd: 768 });
const { batch, length, vocab, embd } = dims;
const mesh = defineMesh("model:4");
const tokens = placeholder([batch, length], "int32");
const table = placeholder([vocab, embd]);

type Table = Tensor<"vocab" | "embd">;
type Tokens = Tensor<"batch" | "length", "int32">;
type Activation = Tensor<"batch" | "length" | "embd">;

const lookUp = (words: Table, token: Tokens) => gather(words, token, "vocab");
const loss = (words: Table, token: Tokens): Scalar => mean(square(lookUp(words, token)));
const train = (words: Table, token: Tokens) => sgd(words, grad(loss)(words, token), { rate: 0.1 });

type Rest = Omit<Parameters<typeof defineLayout<keyof typeof dims, string>>[0], "dims" | "mesh">;

function collectives<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  inputs: Readonly<Arguments>,
  rest: Rest,
): string {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh, ...rest });
  return summary(lower(fn, { layout, inputs, donate: [0] }).program);
}

describe("the layout of a vocabulary over an axis", () => {
  it("rows are looked up in slices and summed", () => {
    const rules = { vocab: "model" };
    expect(collectives(lookUp, [table, tokens], { rules })).toMatchInlineSnapshot(`
      "1 x forward all-reduce(model) [batch=4, length=512, embd=768] 37,748,736 B gather
      moved 37,748,736 B, held 44,899,328 B"
    `);
  });

  it("a table that rests so is not gathered for rows over the same axis: sums are scattered", () => {
    const rest: Rest = { rules: { batch: "model" }, storage: { "0": { vocab: "model" } } };
    expect(collectives(lookUp, [table, tokens], rest)).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [batch=4, length=512] 24,576 B gather
      1 x forward reduce-scatter(model) [batch=4, length=512, embd=768] 18,874,368 B gather
      moved 18,898,944 B, held 44,901,376 B"
    `);
    const stored: Rest = { rules: { batch: "model" }, storage: { "": { vocab: "model" } } };
    expect(collectives(train, [table, tokens], stored)).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [batch=4, length=512] 24,576 B gather
      1 x forward reduce-scatter(model) [batch=4, length=512, embd=768] 18,874,368 B gather
      1 x backward all-gather(model) [batch=4, length=512, embd=768] 18,874,368 B scatterAdd
      moved 37,773,312 B, held 83,501,056 B"
    `);
  });

  it("the loss exchanges three numbers a position, and no logits", () => {
    const lossOf = (words: Table, x: Activation, label: Tokens): Scalar =>
      mean(softmaxCrossEntropy(einsum(x, words, "batch", "length", "vocab"), label, "vocab"));
    const fn = grad(lossOf);
    const x = placeholder([batch, length, embd]);
    const rules = { vocab: "model" };
    expect(collectives(fn, [table, x, tokens], { rules })).toMatchInlineSnapshot(`
      "1 x forward all-reduce(model) max [batch=4, length=512] 49,152 B max
      1 x forward all-reduce(model) [batch=4, length=512] 49,152 B sumExp
      1 x forward reduce-scatter(model) [batch=4, length=512] 24,576 B gather
      moved 122,880 B, held 147,831,808 B"
    `);
  });
});
