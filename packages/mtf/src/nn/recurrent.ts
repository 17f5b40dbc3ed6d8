import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { dimsOf } from "../graph/tensor.ts";
import { hasDim, misuse, namedDim, newName, tensorArgument } from "../ops/check.ts";
import { renamed } from "../ops/rename/rename.ts";
import { linear } from "./linear.ts";

/** The weights of a recurrent layer. */
export interface RecurrentWeights {
  /** From a dim of what is there now to gates and the hidden dim, such as [gate, hidden, embd]. */
  // biome-ignore lint/suspicious/noExplicitAny: dims of the user's choice
  readonly input: Tensor<any>;
  /** From the last hidden state: `from` is its dim's other name, such as [gate, hidden, hidden_in]. */
  // biome-ignore lint/suspicious/noExplicitAny: dims of the user's choice
  readonly recurrent: Tensor<any>;
  /** Added to what comes of the input, such as [gate, hidden]. */
  // biome-ignore lint/suspicious/noExplicitAny: dims of the user's choice
  readonly bias?: Tensor<any> | undefined;
  /** Added to what comes of the last state. */
  // biome-ignore lint/suspicious/noExplicitAny: dims of the user's choice
  readonly recurrentBias?: Tensor<any> | undefined;
  /** The dim of the gates. */
  readonly gates: string;
  /** What the hidden dim is called in `recurrent`, as what is summed over. */
  readonly from: string;
}

/** What all gates are computed from: what comes of the input, and what of the last state. */
export function summedInputs(
  op: string,
  x: unknown,
  hidden: unknown,
  weights: RecurrentWeights,
  gates: number,
): { readonly input: AnyTensor; readonly recurrent: AnyTensor } {
  const now = tensorArgument(op, "x", x, ["float32"]);
  const last = tensorArgument(op, "hidden", hidden, ["float32"]);
  const input = tensorArgument(op, "weights.input", weights.input, ["float32"]);
  const recurrent = tensorArgument(op, "weights.recurrent", weights.recurrent, ["float32"]);
  for (const weight of [input, recurrent]) {
    const { name, size } = namedDim(op, "weights.gates", weight, weights.gates);
    if (size === gates) continue;
    const sentence = `${op}: '${name}' is ${size} long, and there are ${gates} gates.`;
    throw misuse("size-mismatch", sentence, { weight }, [], { dim: name, sizes: [size, gates] });
  }
  const from = newName(op, "weights.from", weights.from);
  namedDim(op, "weights.from", recurrent, from);
  const renamedLast = renamed(last, hiddenDim(op, last, recurrent, weights), from);
  const product = (a: AnyTensor, b: AnyTensor, bias: unknown): AnyTensor =>
    linear(a as Tensor<string>, b as Tensor<string>, bias as never) as never;
  return {
    input: product(now, input, weights.bias),
    recurrent: product(renamedLast, recurrent, weights.recurrentBias),
  };
}

/** The dim of a state that a weight leads to from its other name. */
function hiddenDim(
  op: string,
  last: AnyTensor,
  recurrent: AnyTensor,
  { gates, from }: RecurrentWeights,
): string {
  const candidates = dimsOf(recurrent).filter(
    ({ name }) => name !== gates && name !== from && hasDim(last, name),
  );
  const [found] = candidates;
  if (found && candidates.length === 1) return found.name;
  const sentence = `${op}: 'weights.recurrent' leads to ${candidates.length} dims of the state.`;
  throw misuse("missing-dim", sentence, { recurrent, state: last });
}
