import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { atIndex } from "../ops/slice/at.ts";
import { type RecurrentWeights, summedInputs } from "./recurrent.ts";
import { type RecurrentDims, type RecurrentParams, recurrentParams } from "./recurrentParams.ts";

/**
 * The parameters of `gru`: three gates, along the dim `gate`.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * const from = dimension("hidden_in", hidden.size);
 * const cell = gruParams({ input: embd, hidden, from });
 */
export function gruParams<I extends string, H extends string, F extends string>(
  dims: RecurrentDims<I, H, F>,
): RecurrentParams<I, H, F> {
  return recurrentParams(3, dims);
}

/**
 * One step of a gated recurrent unit (Cho and others, 2014): the next hidden state from the last one and
 * what is there now. Gates are in the order of PyTorch: reset, update, new; and as there, the reset gate
 * goes over what the last state has been multiplied to.
 *
 * @param hidden such as [batch, hidden]
 * @param x such as [batch, embd]
 * @param weights whose `gates` dim is 3 long
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * const p = initialValues(k, gruParams({ input: embd, hidden, from: dimension("hidden_in", hidden.size) }));
 * const weights = { ...p, gates: "gate", from: "hidden_in" };
 * const [last, all] = scan(length, (h, now: Now) => { const n = gru(h, now, weights); return [n, n]; }, start, x);
 */
export function gru<N extends string, A extends string>(
  hidden: Tensor<N>,
  x: Tensor<A>,
  weights: RecurrentWeights,
): Tensor<N> {
  const { input, recurrent } = summedInputs("gru", x, hidden, weights, 3);
  const before: AnyTensor = hidden;
  const gate = (of: AnyTensor, i: number) => atIndex(of, weights.gates, i);
  const open = (i: number) => apply("sigmoid", apply("add", gate(input, i), gate(recurrent, i)));
  const [reset, update] = [open(0), open(1)];
  const fresh = apply(
    "tanh",
    apply("add", gate(input, 2), apply("mul", reset, gate(recurrent, 2))),
  );
  const change = apply("mul", update, apply("sub", before, fresh));
  return spread(apply("add", fresh, change), dimsOf(before)) as never;
}
