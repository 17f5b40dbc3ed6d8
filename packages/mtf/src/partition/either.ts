import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { samePlacement } from "../program/placement.ts";
import type { Binding } from "../program/program.ts";
import { addValue } from "./builder.ts";
import {
  bindWhole,
  bodyScope,
  enter,
  entriesOf,
  partitionBody,
  readSettled,
  usedResults,
} from "./insideRegion.ts";
import {
  defineValue,
  originOf,
  type PartitionNodes,
  type Scope,
  valueAt,
  versionsOf,
  wanted,
} from "./scope.ts";
import { stickToBody, stickToOutside } from "./stuckInside.ts";
import { readWhereItLies } from "./versions.ts";
import { widened } from "./widen.ts";

/**
 * Partitions a region of which one of two bodies runs: both, what they close over lying inside as it
 * does outside. A result lies where both leave it, or where its rules want it.
 */
export function partitionEither(
  scope: Scope,
  node: NodeOf<"region">,
  otherwise: readonly AnyTensor[],
  partitionNodes: PartitionNodes,
): void {
  const origin = originOf(node);
  const { steering, constant } = entriesOf(node);
  const predicate = readSettled(scope, steering!);
  const outer = constant.map(({ operand }) => readSettled(scope, operand));
  stickToBody(scope.stuck, node);
  // What is gathered in a body serves all of it, and nothing after it.
  const bodies = [node.attributes.body.outputs, otherwise].map((outputs) => {
    const inner = bodyScope(scope, scope.builder.runs);
    const kept = { ...inner, layout: { ...scope.layout, stored: "keep" as const } };
    return { inner: kept, outputs };
  });
  const [first, second] = bodies as [(typeof bodies)[0], (typeof bodies)[0]];
  const bindings = constant.map(({ operand, input }, i): Binding => {
    const inner = bindWhole(scope, first.inner, operand, input, outer[i]!);
    enter(scope, second.inner, operand, input, inner);
    return { outer: outer[i]!, inner };
  });
  const results = usedResults(scope, node);
  for (const { inner, outputs } of bodies) {
    const used = results.map((i) => outputs[i]!);
    partitionBody(scope, inner, node, results, used, partitionNodes);
  }
  stickToOutside(scope.stuck, node);
  const wide = (at: number, value: number) => widened(bodies[at]!.inner.builder, value, origin);
  const made = results.map((i) => {
    const versions = bodies.map(({ inner, outputs }) => versionsOf(inner, outputs[i]!));
    const [a, b] = versions.map(({ home }) => scope.builder.values[home]!.placement);
    if (samePlacement(a!, b!)) {
      versions.forEach((own, at) => {
        readWhereItLies(bodies[at]!.inner.builder, own);
      });
      const inside = versions.map(({ home }, at) => wide(at, home));
      return { placement: a!, inside };
    }
    const to = wanted(scope, endOf(node, i));
    const inside = bodies.map(({ inner, outputs }, at) => {
      return wide(at, valueAt(inner, outputs[i]!, to, origin));
    });
    return { placement: to, inside };
  });
  const values = made.map(({ placement }, at) =>
    addValue(scope.builder, node.results[results[at]!]!, placement),
  );
  scope.choices.push(...bodies.flatMap(({ inner }) => inner.choices));
  scope.builder.instructions.push({
    kind: "region",
    rounds: {
      kind: "either",
      predicate,
      otherwise: {
        instructions: second.inner.builder.instructions,
        results: made.map(({ inside }) => inside[1]!),
      },
    },
    carried: [],
    sliced: [],
    constant: bindings,
    body: first.inner.builder.instructions,
    summed: made.map(({ inside }, at) => ({ outer: values[at]!, inner: inside[0]! })),
    stacked: [],
    origin,
  });
  results.forEach((result, at) => {
    defineValue(scope, endOf(node, result), values[at]!, origin);
  });
}
