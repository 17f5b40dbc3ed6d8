import { printDims, sameDimSet } from "../dimension.ts";
import { internal } from "../errors.ts";
import { inputOf } from "../graph/handle.ts";
import { attributedTo, type Node } from "../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";
import type { Backward, Cotangent, Rule, Rules } from "../ops/rule.ts";
import type { SourceLine } from "../sourceLine.ts";

/**
 * The cotangents of `inputs` from those of `outputs`, as new nodes: reverse accumulation over the
 * nodes between, latest first. The cotangents of one value are added by one node before they are
 * used. An input that the outputs do not depend on smoothly has none.
 */
export function vjp(
  rules: Rules,
  outputs: readonly AnyTensor[],
  inputs: readonly AnyTensor[],
  cotangents: readonly Cotangent[],
): readonly Cotangent[] {
  const given = new Set(inputs);
  const active = activeNodes(outputs, given);
  const owed = new Map<Node | AnyTensor, AnyTensor[][]>();

  const wanted = (x: AnyTensor) =>
    x.dtype === "float32" && (inputOf(x, given) !== undefined || active.has(x["~node"]));
  const backward: Backward = { vjp: (...args) => vjp(rules, ...args), wanted };

  const give = (x: AnyTensor, cotangent: Cotangent) => {
    if (!cotangent || !wanted(x)) return;
    requireDims(x, cotangent);
    const input = inputOf(x, given);
    const key = input ?? x["~node"];
    let results = owed.get(key);
    if (!results) {
      results = [];
      owed.set(key, results);
    }
    const result = input ? 0 : x["~result"];
    const terms = results[result];
    if (terms) terms.push(cotangent);
    else results[result] = [cotangent];
  };

  outputs.forEach((x, i) => {
    give(x, cotangents[i]);
  });
  for (const node of active) {
    const results = owed.get(node);
    if (!results) continue;
    owed.delete(node);
    const dys = node.results.map((_, i) => {
      const line = lineOf(tensorOf(node, i));
      return attributedTo({ line, pass: "backward" }, () => total(results[i]));
    });
    attributedTo({ line: node.line, pass: "backward" }, () => {
      gradientOf(rules[node.kind] as Rule<never>, node, dys, backward).forEach((dx, i) => {
        give(node.operands[i]!, dx);
      });
    });
  }
  return inputs.map((x) => {
    const terms = owed.get(x)?.[0];
    if (!terms) return undefined;
    const line = x["~node"].kind === "input" ? terms[0]!["~node"].line : lineOf(x);
    return attributedTo({ line, pass: "backward" }, () => total(terms));
  });
}

/**
 * The line that makes a tensor: of what a region gives that runs once, the line within. Gradients are
 * attributed alike, and so planned alike, whether a value is kept or computed again.
 */
function lineOf({ "~node": node, "~result": result }: AnyTensor): SourceLine {
  if (node.kind !== "region" || node.attributes.rounds.kind !== "once") return node.line;
  return lineOf(node.attributes.body.outputs[result]!);
}

function gradientOf(
  rule: Rule<never>,
  node: Node,
  dys: readonly Cotangent[],
  backward: Backward,
): readonly Cotangent[] {
  if (rule.gradient !== "expand") return rule.gradient(node as never, dys, backward);
  const primitives = rule.expand!(node as never);
  const operands = [...new Set(node.operands)];
  const found = backward.vjp(primitives, operands, dys);
  // An operand given twice gets all its cotangent at its first place.
  return node.operands.map((x, i) =>
    node.operands.indexOf(x) === i ? found[operands.indexOf(x)] : undefined,
  );
}

function total(terms: readonly AnyTensor[] | undefined): Cotangent {
  return terms && terms.length > 1 ? apply("add", ...terms) : terms?.[0];
}

/** The nodes on the way from inputs to outputs, latest first. */
function activeNodes(
  outputs: readonly AnyTensor[],
  inputs: ReadonlySet<AnyTensor>,
): ReadonlySet<Node> {
  const reached = new Set<Node>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const x = stack.pop()!;
    if (inputOf(x, inputs) || reached.has(x["~node"])) continue;
    reached.add(x["~node"]);
    stack.push(...x["~node"].operands);
  }
  const active = new Set<Node>();
  for (const node of [...reached].sort((a, b) => a.order - b.order)) {
    const depends = (x: AnyTensor) => inputOf(x, inputs) || active.has(x["~node"]);
    if (node.operands.some(depends)) active.add(node);
  }
  return new Set([...active].reverse());
}

function requireDims(x: AnyTensor, cotangent: AnyTensor): void {
  const [own, given] = [dimsOf(x), dimsOf(cotangent)];
  if (sameDimSet(own, given)) return;
  throw internal(
    `the gradient of [${printDims(own)}] (${x["~node"].kind}, ${x["~node"].line}) has dims [${printDims(given)}]`,
  );
}
