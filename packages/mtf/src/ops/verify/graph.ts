import type { DType } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { nodesOf } from "../../graph/graph.ts";
import { insideOf } from "../../graph/inside.ts";
import type { Typed } from "../../graph/kinds.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { dimOfRounds, type Rounds } from "../../graph/rounds.ts";
import { typeOf } from "../../graph/tensor.ts";
import { faultOf } from "./laws.ts";
import { printType, sameType, without } from "./types.ts";

/**
 * Requires that a graph is what its ops say: every node's results have the dims, in order, and the
 * dtypes that its kind gives for its operands, and operands were made before. Loops' bodies included.
 *
 * @throws MtfError `internal`: a function that made nodes has a mistake
 */
export function verifyNodes(nodes: readonly Node[]): void {
  for (const node of nodes) {
    const operands = node.operands.map(typeOf);
    const fault =
      orderFault(node) ??
      (node.kind === "region"
        ? regionFault(node, operands)
        : faultOf(node.kind, node.attributes, operands, node.results));
    if (!fault) continue;
    throw internal(`${node.kind}(${operands.map(printType).join(", ")}) ${node.line}: ${fault}`);
  }
}

function orderFault(node: Node): string | undefined {
  const later = node.operands.findIndex((x) => x["~node"].order >= node.order);
  return later < 0 ? undefined : `operand ${later} is made after it`;
}

function regionFault(
  { attributes, results }: NodeOf<"region">,
  operands: readonly Typed[],
): string | undefined {
  const { rounds, carried, sliced, summed, body } = attributes;
  const dim = dimOfRounds(rounds);
  const once = rounds.kind === "once" || rounds.kind === "either";
  if (once && carried + sliced > 0) return "it runs once and carries or slices";
  if (!dim && results.length > carried + summed) return "it stacks along no dim";
  if (rounds.kind !== "each" && sliced > 0) return "it slices along no dim";
  if (body.inputs.length !== operands.length) return `its body takes ${body.inputs.length} inputs`;
  for (const [i, operand] of operands.entries()) {
    const inside = typeOf(body.inputs[i]!);
    const isSliced = dim !== undefined && i >= carried && i < carried + sliced;
    const given = isSliced ? { ...operand, dims: without(operand, dim.name) } : operand;
    const cut = !isSliced || operand.dims.some((d) => d.name === dim.name && d.size === dim.size);
    if (!cut || !sameType(inside, given)) {
      return `input ${i} of its body is ${printType(inside)}, its operand ${printType(operand)}`;
    }
  }
  if (body.outputs.length !== results.length) return `its body has ${body.outputs.length} outputs`;
  for (const [i, output] of body.outputs.entries()) {
    const inside = typeOf(output);
    const stacked = dim !== undefined && i >= carried + summed;
    const given = stacked ? { ...inside, dims: [dim, ...inside.dims] } : inside;
    const carries = i >= carried || sameType(results[i]!, operands[i]!);
    if (carries && sameType(results[i]!, given)) continue;
    return `output ${i} of its body is ${printType(inside)}, its result ${printType(results[i]!)}`;
  }
  verifyNodes(nodesOf(insideOf(attributes)));
  return steeringFault(rounds, operands[carried + sliced], results);
}

/** What is wrong with what decides which body runs, and how often. */
function steeringFault(
  rounds: Rounds,
  first: Typed | undefined,
  results: readonly Typed[],
): string | undefined {
  const isScalar = (x: Typed | undefined, dtype: DType) =>
    x?.dims.length === 0 && x.dtype === dtype;
  switch (rounds.kind) {
    case "each":
      return rounds.counted && !isScalar(first, "int32") ? "it is counted by no int32" : undefined;
    case "while":
      return isScalar(typeOf(rounds.condition), "bool") ? undefined : "its condition is no bool";
    case "either": {
      if (!isScalar(first, "bool")) return "its predicate is no bool";
      const others = rounds.otherwise.map(typeOf);
      const alike =
        others.length === results.length && others.every((x, i) => sameType(x, results[i]!));
      return alike ? undefined : `otherwise it gives ${others.map(printType).join(", ")}`;
    }
    case "once":
      return undefined;
  }
}
