import type { Dimension } from "../../dimension.ts";
import { internal } from "../../errors.ts";
import { type Graph, nodesOf, sameTensor } from "../../graph/graph.ts";
import type { Op, Typed } from "../../graph/kinds.ts";
import { attributedTo, makeTensor } from "../../graph/node.ts";
import { type AnyTensor, tensorOf, typeOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { rules } from "../../ops/rules.ts";
import type { Range } from "../../program/placement.ts";
import type { Slice } from "../backend.ts";

/** One of the primitives that a composite is made of, and which values it reads and makes. */
export interface Part {
  readonly op: Op;
  readonly operands: readonly Slice[];
  readonly results: readonly Slice[];
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** What was made for the composite alone, and is not read by a later one. */
  readonly ends: readonly number[];
}

/** A composite as primitives. Values are numbered: its operands, then what each part makes. */
export interface Parts {
  readonly parts: readonly Part[];
  readonly results: readonly number[];
}

/**
 * The primitives of a composite for given slices, for backends that have no kernel of its own. Each dim
 * has the same range in all slices.
 */
export function partsOf(
  { kind, attributes }: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): Parts {
  const ranges = new Map<string, Range>();
  for (const { dims, box } of [...operands, ...results]) {
    dims.forEach((d, i) => void ranges.set(d.name, box[i]!));
  }
  const made = attributedTo({ line: "?", pass: "forward" }, () => {
    const inputs = operands.map((x, i) => makeTensor("input", { path: `${i}` }, [], x));
    const given = results.map(({ dims, dtype }) => ({ dims, dtype }));
    const expand = rules[kind].expand as ((node: unknown) => readonly AnyTensor[]) | undefined;
    if (!expand) throw internal(`'${kind}' is made of nothing else`);
    const outputs = expand({ kind, attributes, operands: inputs, results: given }).map((x, i) =>
      spread(x, given[i]!.dims),
    );
    return { inputs, outputs };
  });
  // Dims that only parts have are whole.
  const rangeOf = ({ name, size }: Dimension) => ranges.get(name) ?? { begin: 0, size };
  return numbered(made, ({ dims, dtype }) => ({ dims, dtype, box: dims.map(rangeOf) }));
}

function numbered(graph: Graph, sliceOf: (value: Typed) => Slice): Parts {
  const values: AnyTensor[] = [...graph.inputs];
  const numberOf = (x: AnyTensor) => values.findIndex((known) => sameTensor(known, x));
  const parts = nodesOf(graph).map((node) => {
    const { kind, attributes, operands, results } = node;
    const writes = results.map((_, i) => values.push(tensorOf(node, i)) - 1);
    const reads = operands.map(numberOf);
    return {
      op: { kind, attributes } as Op,
      operands: operands.map((x) => sliceOf(typeOf(x))),
      results: results.map(sliceOf),
      reads,
      writes,
    };
  });
  const results = graph.outputs.map(numberOf);
  const last = new Map(parts.flatMap(({ reads }, i) => reads.map((value) => [value, i])));
  const isOwn = (value: number) => value >= graph.inputs.length && !results.includes(value);
  return {
    parts: parts.map((part, i) => ({
      ...part,
      ends: [...last].flatMap(([value, at]) => (at === i && isOwn(value) ? [value] : [])),
    })),
    results,
  };
}
