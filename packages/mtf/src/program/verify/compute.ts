import type { NodeOf } from "../../graph/node.ts";
import type { Mesh } from "../../mesh.ts";
import { partitionOf } from "../../ops/partitionOf.ts";
import type { Partition } from "../../ops/rule.ts";
import { faultOf } from "../../ops/verify/laws.ts";
import { localReshape } from "../localReshape.ts";
import { samePlacement } from "../placement.ts";
import type { Compute, Value } from "../program.ts";
import { nodeOf } from "../standIn.ts";
import { type Cuts, cutsOf } from "./cuts.ts";

/** An extreme of which every device has its own: what settles it, and nothing else, may read it. */
export interface Share {
  readonly fn: "max" | "min";
  readonly axes: readonly string[];
}

/** What is wrong with an op on slices; else which results are shares. */
export type Computed =
  | { readonly fault: string }
  | { readonly shares: readonly (Share | undefined)[] };

/**
 * Checks that results have the types that the op gives, and lie as its rule for splitting says of
 * operands that lie so: each dim is cut alike wherever it occurs, no axis cuts two, and dims that
 * must be whole are. A result that lacks a cut dim is owed or a share. The op is linear in what
 * operands owe.
 */
export function checkCompute(
  compute: Compute,
  operands: readonly Value[],
  results: readonly Value[],
  mesh: Mesh,
): Computed {
  const { kind, attributes } = compute.op;
  if (kind === "input" || kind === "withLayout" || kind === "region") {
    return { fault: `no device computes '${kind}'` };
  }
  if (results.some((x) => x.rest) && kind !== "rename") return { fault: "its results rest narrow" };
  const fault = faultOf(kind, attributes, operands, results);
  if (fault) return { fault };
  if (compute.op.kind === "scatterOnto") {
    // What is added to owes as much as the sum does, whoever adds which of the rows.
    const [x, ...scattered] = operands as [Value, Value, Value];
    if (!samePlacement(x.placement, results[0]!.placement)) return { fault: "x lies elsewhere" };
    const op = { kind: "scatterAdd", attributes: compute.op.attributes } as const;
    return checkCompute({ ...compute, op }, scattered, results, mesh);
  }
  const node = nodeOf(compute, operands, results);
  const partition = partitionOf(node);
  const owed = operands.find((x) => x.placement.partial.length > 0)?.placement.partial ?? [];
  if (owed.length > 0 && !(passes(operands, owed, partition) && results.length === 1)) {
    return { fault: "it is not linear in what is owed" };
  }
  if (node.kind === "reshape") {
    const local = isLocal(node, operands[0]!, results[0]!, owed, mesh);
    return local ? { shares: [] } : { fault: "its cuts do not fall on the same elements" };
  }
  const cuts = cutsOf(operands, results, owed, partition.alias);
  if (typeof cuts === "string") return { fault: cuts };
  const { whole: own = [], move, windows } = partition;
  const whole = [...own, ...(move ? [move.dim] : []), ...(windows ? [windows] : [])];
  const cut = whole.find((dim) => (cuts.get(dim) ?? []).length > 0);
  if (cut) return { fault: `'${cut}' must be whole` };
  return sharesOf(results, cuts, owed, partition.combine ?? "sum", mesh);
}

/** Whether the op is linear in exactly the operands that owe, all over these axes. */
function passes(operands: readonly Value[], owed: readonly string[], { linear }: Partition) {
  const owing = operands.flatMap((x, i) => (x.placement.partial.length > 0 ? [i] : []));
  if (owing.some((i) => operands[i]!.placement.partial.join() !== owed.join())) return false;
  return (linear ?? []).some(
    (set) => set.length === owing.length && set.every((i) => owing.includes(i)),
  );
}

/** Whether a reshape needs no elements of other devices. */
function isLocal(
  node: NodeOf<"reshape">,
  { placement: from }: Value,
  { placement: to }: Value,
  owed: readonly string[],
  mesh: Mesh,
): boolean {
  const local = localReshape(node, from.split, mesh);
  return (
    samePlacement({ split: local.operand, partial: owed }, from) &&
    samePlacement({ split: local.result, partial: owed }, to)
  );
}

/** What each result is a share of; sums are owed, which their placements must say. */
function sharesOf(
  results: readonly Value[],
  cuts: Cuts,
  owed: readonly string[],
  combine: "sum" | Share["fn"],
  mesh: Mesh,
): Computed {
  const shares: (Share | undefined)[] = [];
  for (const { dims, placement } of results) {
    const lacking = [...cuts].filter(([dim]) => !dims.some((d) => d.name === dim));
    const shared = new Set([...owed, ...lacking.flatMap(([, own]) => own)]);
    const axes = mesh.names.filter((axis) => shared.has(axis));
    const partial = combine === "sum" ? axes : [];
    if (partial.join() !== placement.partial.join()) {
      return { fault: `a sum is owed over '${partial.join("+")}'` };
    }
    shares.push(combine !== "sum" && axes.length > 0 ? { fn: combine, axes } : undefined);
  }
  return { shares };
}
