import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { atIndex } from "../ops/slice/at.ts";
import { type RecurrentWeights, summedInputs } from "./recurrent.ts";
import { type RecurrentDims, type RecurrentParams, recurrentParams } from "./recurrentParams.ts";

/** What an LSTM hands on: what it gives, and what it remembers. */
export interface LstmState<N extends string> {
  readonly hidden: Tensor<N>;
  readonly cell: Tensor<N>;
}

/**
 * The parameters of `lstm`: four gates, along the dim `gate`.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * const from = dimension("hidden_in", hidden.size);
 * const cell = lstmParams({ input: embd, hidden, from });
 */
export function lstmParams<I extends string, H extends string, F extends string>(
  dims: RecurrentDims<I, H, F>,
): RecurrentParams<I, H, F> {
  return recurrentParams(4, dims);
}

/**
 * One step of an LSTM (Hochreiter and Schmidhuber, 1997): the next state from the last one and what is
 * there now. Gates are in the order of PyTorch: input, forget, cell, output.
 *
 * @param state of dims such as [batch, hidden]
 * @param x such as [batch, embd]
 * @param weights whose `gates` dim is 4 long
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * const p = initialValues(k, lstmParams({ input: embd, hidden, from: dimension("hidden_in", hidden.size) }));
 * const weights = { ...p, gates: "gate", from: "hidden_in" };
 * const [last, all] = scan(length, (s, now: Now) => { const n = lstm(s, now, weights); return [n, n.hidden]; }, state, x);
 */
export function lstm<N extends string, A extends string>(
  state: LstmState<N>,
  x: Tensor<A>,
  weights: RecurrentWeights,
): LstmState<N> {
  const { input, recurrent } = summedInputs("lstm", x, state.hidden, weights, 4);
  const before = tensorArgument("lstm", "state.cell", state.cell, ["float32"]);
  const all = apply("add", input, recurrent);
  const gate = (i: number) => atIndex(all, weights.gates, i);
  const open = (i: number) => apply("sigmoid", gate(i));
  const kept = apply("mul", open(1), before);
  const cell = apply("add", kept, apply("mul", open(0), apply("tanh", gate(2))));
  const hidden = apply("mul", open(3), apply("tanh", cell));
  const like = (of: AnyTensor) => spread(of, dimsOf(before));
  return { hidden: like(hidden), cell: like(cell) } as never;
}
