import { optionsArgument } from "../../arguments.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { hasDim, tensorArgument, unionDims } from "../../ops/check.ts";
import { product } from "../../ops/einsum/product.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import type { Activation } from "../linear.ts";

/** The weights of feed-forward networks, one for each expert. */
export interface Network {
  readonly up: AnyTensor;
  readonly gate: AnyTensor | undefined;
  readonly down: AnyTensor;
}

/** Each expert's network, on what is at its places. */
export function network(
  sent: AnyTensor,
  over: string,
  { up, gate, down }: Network,
  own: (weights: AnyTensor) => AnyTensor,
  activation: Activation,
): AnyTensor {
  const first = own(up);
  const open = activation(summed(sent, first, [over]) as Tensor<string>) as AnyTensor;
  const hidden = gate ? apply("mul", open, summed(sent, own(gate), [over])) : open;
  const inner = (first.names as readonly string[]).filter((name) => !hasDim(sent, name));
  return summed(hidden, own(down), inner);
}

/** The product of two tensors, whose shared dims line up unless they are summed. */
function summed(a: AnyTensor, b: AnyTensor, over: readonly string[]): AnyTensor {
  const kept = unionDims("mixtureOfExperts", [a, b]).filter((d) => !over.includes(d.name));
  return product(a, b, kept);
}

/** Weights as the caller gives them, by their names. */
export function weightsArgument<Name extends string>(
  op: string,
  params: unknown,
  names: readonly Name[],
): { readonly [N in Name]: AnyTensor } & { readonly gate: AnyTensor | undefined } {
  optionsArgument(op, "params", params, [...names, "gate"]);
  const given = params as { readonly [name: string]: unknown };
  const taken = (name: string) => tensorArgument(op, `params.${name}`, given[name], ["float32"]);
  const weights = Object.fromEntries(names.map((name) => [name, taken(name)]));
  return { ...weights, gate: given.gate === undefined ? undefined : taken("gate") } as never;
}
