import { internal } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import { causeOf } from "../graph/show.ts";
import type { End } from "../graph/tensor.ts";
import type { Layout } from "../layout.ts";
import { printType, sameType } from "../ops/verify/types.ts";
import type { Placement } from "../program/placement.ts";
import type { Origin, Value } from "../program/program.ts";
import { placeOf } from "./answers.ts";
import type { Builder } from "./builder.ts";
import type { Choice, Plan } from "./plan/choice.ts";
import { remembered } from "./plan/remembered.ts";
import { newTrack } from "./plan/track.ts";
import { type Rests, restOf } from "./rests.ts";
import { type Stuck, stuckOf } from "./stuck.ts";
import { type Uses, usesOf } from "./uses.ts";
import { bring, newVersions, settleHome, type Versions } from "./versions.ts";

/** What partitioning knows while it walks one graph: the program's, or a region's body. */
export interface Scope {
  readonly builder: Builder;
  readonly layout: Layout;
  readonly rests: Rests;
  readonly stuck: Stuck;
  readonly uses: Uses;
  /** The values of the program that stand for tensors, wherever they have been brought. */
  readonly versions: Map<Node, (Versions | undefined)[]>;
  /** Tensors that rest elsewhere than they are computed with: stored arguments. */
  readonly stored: Set<Versions>;
  /** Versions of those that are brought for one pass, and not kept for the next. */
  readonly passes: Map<Versions, Map<string, Versions>>;
  /** What has been chosen before the program is written, and what is chosen meanwhile. */
  readonly plan: Plan;
  readonly choices: Choice[];
  /** What lies as a `withLayout` says. */
  readonly anchored: Map<Value, NodeOf<"withLayout">>;
  /** The loops that each device can run through its own slice of. */
  readonly loops: Set<Node>;
}

/** Partitions nodes in order; what partitions one node by others is given it. */
export type PartitionNodes = (scope: Scope, nodes: readonly Node[]) => void;

/** A scope for nodes made while partitioning, on the same program. */
export function innerScope(scope: Scope, graph: Graph, nodes: readonly Node[]): Scope {
  return { ...scope, uses: usesOf(graph, nodes) };
}

/** What stands for a tensor has its dtype and its dims, in their order. */
export function define(scope: Scope, tensor: End, versions: Versions): void {
  const node = tensor["~node"];
  const [type, value] = [node.results[tensor["~result"]]!, scope.builder.values[versions.home]!];
  if (!sameType(type, value)) {
    const types = `%${versions.home} ${printType(value)} stands for ${printType(type)}`;
    throw internal(`${node.kind} ${node.line}: ${types}`);
  }
  const all = remembered(scope.versions, node, () => node.results.map(() => undefined));
  all[tensor["~result"]] = versions;
}

export function defineValue(scope: Scope, tensor: End, value: number, origin: Origin): void {
  define(scope, tensor, newVersions(scope.builder, value, origin));
}

export function versionsOf(scope: Scope, tensor: End): Versions {
  const versions = scope.versions.get(tensor["~node"])?.[tensor["~result"]];
  if (!versions) throw internal(`${tensor["~node"].kind} was not partitioned`);
  return versions;
}

/** Where a tensor lies now, sums that are owed included. */
export function lying(scope: Scope, tensor: End): Placement {
  return scope.builder.values[versionsOf(scope, tensor).home]!.placement;
}

/** Where a tensor wants to lie: as what it is stored with, else by the rules. */
export function wanted(scope: Scope, tensor: End): Placement {
  return restOf(scope.rests, tensor) ?? byRules(scope, tensor);
}

export function byRules(scope: Scope, tensor: End): Placement {
  return placeOf(scope.plan.answers, tensor, scope.layout, stuckOf(scope.stuck, tensor));
}

/**
 * The value of a tensor under a placement. What is brought from a stored argument for one pass is
 * not kept for the next, unless the layout says so: the memory between is worth more.
 */
export function valueAt(scope: Scope, tensor: End, to: Placement, origin: Origin): number {
  return bring(scope.builder, versionsIn(scope, tensor, origin.pass), to, origin);
}

/** The versions of a tensor that a pass may use, and adds to. */
export function versionsIn(scope: Scope, tensor: End, pass: string): Versions {
  const versions = versionsOf(scope, tensor);
  const dropped = scope.stored.has(versions) && scope.layout.stored === "regather";
  return dropped ? forPass(scope, versions, pass) : versions;
}

function forPass({ passes }: Scope, versions: Versions, pass: string): Versions {
  const known = passes.get(versions) ?? new Map<string, Versions>();
  passes.set(versions, known);
  let own = known.get(pass);
  if (!own) {
    const { shaped, runs, start } = versions.track;
    const track = newTrack(shaped, runs, [...start]);
    own = { ...versions, all: [...versions.all], track };
    known.set(pass, own);
  }
  return own;
}

/**
 * The value of a tensor with nothing owed but over axes to be `left` so: settled to where it wants
 * to lie, else as it is.
 */
export function settledValue(
  scope: Scope,
  tensor: End,
  left: readonly string[] = [],
): { readonly id: number; readonly placement: Placement } {
  const versions = versionsOf(scope, tensor);
  settleHome(scope.builder, versions, without(wanted(scope, tensor), left));
  const id = versions.home;
  return { id, placement: scope.builder.values[id]!.placement };
}

/** A placement that owes over axes, which then split no dim. */
function without(placement: Placement, owed: readonly string[]): Placement {
  if (owed.length === 0) return placement;
  const { split } = placement;
  const free = Object.entries(split).map(
    ([dim, axes]) => [dim, axes.filter((axis) => !owed.includes(axis))] as const,
  );
  return { split: Object.fromEntries(free.filter(([, axes]) => axes.length > 0)), partial: owed };
}

export function originOf(node: Node): Origin {
  return { line: node.line, pass: node.pass, cause: causeOf(node) };
}
