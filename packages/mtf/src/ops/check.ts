import { type Dimension, nameOf, type Select } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import { type ErrorCode, type Evidence, MtfError } from "../errors.ts";
import { printType } from "../graph/show.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import { captureLine } from "../sourceLine.ts";
import { nearest } from "../suggest.ts";

/** An error in the user's use of an op: the tensors seen, where they come from, and the line. */
export function misuse(
  code: ErrorCode,
  sentence: string,
  tensors: Readonly<Record<string, AnyTensor>>,
  advice: readonly string[] = [],
  facts: Readonly<Record<string, unknown>> = {},
): MtfError {
  const evidence: Evidence[] = Object.entries(tensors).map(([label, x]) => [
    label,
    `${printType(x)} made at ${x["~node"].line}`,
  ]);
  evidence.push(["at", captureLine()]);
  return new MtfError(code, sentence, {
    ...facts,
    evidence,
    ...(advice.length > 0 && { try: advice }),
  });
}

export function hasDim(x: AnyTensor, name: string): boolean {
  return dimsOf(x).some((d) => d.name === name);
}

/** The dim of a tensor that was selected by name or object. */
export function selectDim(op: string, x: AnyTensor, select: Select<string>): Dimension {
  const name = nameOf(select);
  const found = dimsOf(x).find((d) => d.name === name);
  if (!found) {
    const near = nearest(name, x.names);
    throw misuse(
      "missing-dim",
      `${op}: the tensor has no dim '${name}'.`,
      { tensor: x },
      near ? [`'${near}'`] : [],
      { dim: name, dims: x.names },
    );
  }
  if (typeof select !== "string" && select.size !== found.size) {
    throw misuse(
      "size-mismatch",
      `${op}: '${name}' is ${found.size} long in the tensor and ${select.size} as given.`,
      { tensor: x },
      [],
      { dim: name, sizes: [found.size, select.size] },
    );
  }
  return found;
}

/** Several dims of a tensor, each at most once. */
export function selectDims(
  op: string,
  x: AnyTensor,
  selects: readonly Select<string>[],
): readonly Dimension[] {
  const dims = selects.map((select) => selectDim(op, x, select));
  const twice = dims.find((d, i) => dims.indexOf(d) !== i);
  if (twice) {
    throw misuse("duplicate-dim", `${op}: '${twice.name}' is given twice.`, { tensor: x }, [], {
      dim: twice.name,
    });
  }
  return dims;
}

/** New dims of a tensor, each at most once. */
export function distinctDims(op: string, dims: readonly Dimension[]): readonly Dimension[] {
  const twice = dims.find((d, i) => dims.findIndex((other) => other.name === d.name) !== i);
  if (twice) {
    throw misuse("duplicate-dim", `${op}: '${twice.name}' is given twice.`, {}, [], {
      dim: twice.name,
    });
  }
  return dims;
}

/** A dim that a tensor is about to get must not be there yet. */
export function requireFree(op: string, x: AnyTensor, name: string): void {
  if (!hasDim(x, name)) return;
  throw misuse("dim-taken", `${op}: the tensor already has a dim '${name}'.`, { tensor: x }, [], {
    dim: name,
  });
}

/** The dims of all tensors, those of the tensor with most dims first. */
export function unionDims(op: string, tensors: readonly AnyTensor[]): readonly Dimension[] {
  const union = new Map<string, readonly [Dimension, AnyTensor]>();
  const byRank = [...tensors].sort((a, b) => b.names.length - a.names.length);
  for (const x of byRank) {
    for (const d of dimsOf(x)) {
      const known = union.get(d.name);
      if (!known) union.set(d.name, [d, x]);
      else if (known[0].size !== d.size) throw sizesDiffer(op, d.name, known[1], x);
    }
  }
  return [...union.values()].map(([d]) => d);
}

function sizesDiffer(op: string, name: string, left: AnyTensor, right: AnyTensor): MtfError {
  const sizes = [left, right].map((x) => dimsOf(x).find((d) => d.name === name)!.size);
  return misuse(
    "size-mismatch",
    `${op}: two dims are called '${name}' but have sizes ${sizes[0]} and ${sizes[1]}.`,
    { left, right },
    [],
    { dim: name, sizes },
  );
}

export function requireDtype(op: string, x: AnyTensor, allowed: readonly DType[]): void {
  if (allowed.includes(x.dtype)) return;
  throw misuse(
    "dtype-mismatch",
    `${op} takes ${allowed.join(" or ")}, not ${x.dtype}.`,
    { tensor: x },
    [`cast(x, "${allowed[0]}")`],
    { dtype: x.dtype, allowed },
  );
}
