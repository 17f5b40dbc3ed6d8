import { arrayArgument, isHeldLike, wordArgument, wrongArgument } from "../arguments.ts";
import { type Dimension, isDimName, isDimSize } from "../dimension.ts";
import { type DType, dtypes, isValueOf } from "../dtype.ts";
import { type ErrorCode, type Evidence, MtfError } from "../errors.ts";
import { printType } from "../graph/show.ts";
import { type AnyTensor, dimsOf, isTensor } from "../graph/tensor.ts";
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

/**
 * An argument that must be a tensor, and of one of these dtypes.
 *
 * @throws MtfError `not-a-tensor`, `dtype-mismatch`
 */
export function tensorArgument(
  op: string,
  argument: string,
  x: unknown,
  allowed?: readonly DType[],
): AnyTensor {
  if (!isTensor(x)) throw notATensor(op, argument, x);
  if (allowed) requireDtype(op, x, allowed, argument);
  return x;
}

export function notATensor(
  op: string,
  argument: string,
  x: unknown,
  takes: string = "a tensor",
): MtfError {
  const wanted = isForeign(x) ? `${takes} of this copy of mtf` : takes;
  return wrongArgument(op, argument, wanted, x, { code: "not-a-tensor", try: insteadOf(x) });
}

/** Whether a value that is no tensor here is one where the library is loaded a second time. */
const isForeign = (x: unknown): boolean => typeof x === "object" && x !== null && "~node" in x;

function insteadOf(x: unknown): readonly string[] {
  if (isForeign(x)) return ["`npm ls mtf` shows each copy: a program needs one, of one version"];
  if (typeof x === "number") return ["constant(…) makes a tensor of a number"];
  if (typeof x === "boolean") return [`${boolConstant(x)} makes a tensor of ${x}`];
  if (isHeldLike(x)) return [heldAdvice];
  if (!Array.isArray(x)) return [];
  if (x.length === 0 || !x.every(isDim)) return ["constant([…], [dim]) makes a tensor of numbers"];
  return [`placeholder([${x.map((dim) => dim.name).join(", ")}]) among the inputs`];
}

/** How to write JavaScript's true or false as a tensor. */
export function boolConstant(x: boolean): string {
  return `constant(${x ? 1 : 0}, [], "bool")`;
}

/** What stands for a tensor on devices while a function is traced. */
export const heldAdvice =
  "a placeholder of its dims, or the result of what lower gave: begin.result";

function isDim(value: unknown): value is Dimension {
  const { name, size } = (value ?? {}) as Partial<Dimension>;
  return isDimName(name) && isDimSize(size);
}

/** Dims, and a tensor: as `tensorArgument`, each named by its place in the array. */
export function tensorsArgument(
  op: string,
  argument: string,
  xs: unknown,
  allowed?: readonly DType[],
): readonly AnyTensor[] {
  const list = arrayArgument(op, argument, xs, "an array of tensors");
  return list.map((x, i) => tensorArgument(op, `${argument}[${i}]`, x, allowed));
}

/** The name of a dim that was selected by name or object, one of `known` where that is known. */
export function selectName(
  op: string,
  argument: string,
  select: unknown,
  known: readonly string[] = [],
): string {
  if (typeof select === "string") return select;
  const name = (select as Dimension | null | undefined)?.name;
  if (typeof name === "string" && !isTensor(select)) return name;
  const takes = "a dim, or the name of one";
  throw wrongArgument(op, argument, takes, select, { try: selectAdvice(select, known) });
}

function selectAdvice(select: unknown, known: readonly string[]): readonly string[] {
  const several = Array.isArray(select) && select.length > 0;
  if (several && select.every((dim) => typeof dim === "string" || isDim(dim))) {
    const each = select.map((dim) => (isDim(dim) ? dim.name : `"${dim}"`)).join(", ");
    return [`${each}, each an argument of its own`];
  }
  return known.length > 0 ? [known.map((dim) => `"${dim}"`).join(" or ")] : [];
}

/** The dim of a tensor that was selected by name or object; objects tell its size, too. */
export function selectDim(op: string, argument: string, x: AnyTensor, select: unknown): Dimension {
  const found = namedDim(op, argument, x, select);
  const size = typeof select === "string" ? found.size : (select as Dimension).size;
  if (size === found.size) return found;
  throw misuse(
    "size-mismatch",
    `${op}: '${found.name}' is ${found.size} long in the tensor and ${size} as given.`,
    { tensor: x },
    [`"${found.name}", which is that dim whatever its size`],
    { dim: found.name, sizes: [found.size, size] },
  );
}

/** The dim of a tensor that was selected, of whatever size it has become. */
export function namedDim(op: string, argument: string, x: AnyTensor, select: unknown): Dimension {
  const name = typeof select === "string" ? select : selectName(op, argument, select, x.names);
  const found = dimsOf(x).find((d) => d.name === name);
  if (found) return found;
  const near = nearest(name, x.names);
  throw misuse(
    "missing-dim",
    `${op}: the tensor has no dim '${name}'.`,
    { tensor: x },
    near ? [`'${near}'`] : [],
    { dim: name, dims: x.names },
  );
}

/** Several dims of a tensor, each at most once. */
export function selectDims(
  op: string,
  argument: string,
  x: AnyTensor,
  selects: readonly unknown[],
): readonly Dimension[] {
  const dims = selects.map((select) => selectDim(op, argument, x, select));
  const twice = dims.find((d, i) => dims.indexOf(d) !== i);
  if (twice) throw givenTwice(op, twice.name, { tensor: x });
  return dims;
}

/** The name that a dim of the result is to have. */
export function newName(op: string, argument: string, name: unknown): string {
  if (isDimName(name)) return name;
  throw wrongArgument(op, argument, "the name of a dim", name, {
    try: typeof name === "string" ? ["letters, digits and _, beginning with a letter"] : [],
  });
}

/** A dim that a result is to get. */
export function newDim(op: string, argument: string, dim: unknown): Dimension {
  const { name, size } = (dim ?? {}) as Partial<Dimension>;
  if (isDimName(name) && isDimSize(size)) return dim as Dimension;
  if (typeof name === "string" && size !== undefined) {
    newName(op, `${argument}.name`, name);
    throw wrongArgument(op, `${argument}.size`, "a positive integer", size);
  }
  throw wrongArgument(op, argument, "a dim, with a name and a size", dim, { try: dimAdvice(dim) });
}

function dimAdvice(given: unknown): readonly string[] {
  if (typeof given === "string") return [`dimension(${JSON.stringify(given)}, …)`];
  if (!Array.isArray(given) || given.length === 0 || !given.every(isDim)) return [];
  return [`${given.map((dim) => dim.name).join(", ")}, in no array of their own`];
}

/** Dims that a result is to get, each at most once. */
export function newDims(
  op: string,
  argument: string,
  dims: unknown,
  instead: readonly string[] = [],
): readonly Dimension[] {
  const advice = isDim(dims) ? [`[${dims.name}]`] : instead;
  const list = arrayArgument(op, argument, dims, "an array of dims", advice).map((d, i) =>
    newDim(op, `${argument}[${i}]`, d),
  );
  const twice = list.find((d, i) => list.findIndex((other) => other.name === d.name) !== i);
  if (twice) throw givenTwice(op, twice.name, {});
  return list;
}

/** The dims that a function takes before a dtype: who gives that first is told where it goes. */
export function dimsBeforeDtype(op: string, dims: unknown): readonly Dimension[] {
  const isDType = (dtypes as readonly unknown[]).includes(dims);
  return newDims(op, "dims", dims, isDType ? [`[], "${dims}", for a scalar`] : []);
}

function givenTwice(op: string, dim: string, tensors: Readonly<Record<string, AnyTensor>>) {
  return misuse("duplicate-dim", `${op}: '${dim}' is given twice.`, tensors, [], { dim });
}

/** A dtype by its name. */
export function dtypeArgument(op: string, argument: string, dtype: unknown): DType {
  return wordArgument(op, argument, dtype, dtypes);
}

/** A dim that a tensor is about to get must not be there yet. */
export function requireFree(
  op: string,
  x: AnyTensor,
  name: string,
  advice: string = `rename(tensor, "${name}", …)`,
): void {
  if (!hasDim(x, name)) return;
  const sentence = `${op}: the tensor already has a dim '${name}'.`;
  throw misuse("dim-taken", sentence, { tensor: x }, [advice], { dim: name });
}

/** The dims of all tensors, those of the tensor with most dims first. */
export function unionDims(op: string, tensors: readonly AnyTensor[]): readonly Dimension[] {
  const first = tensors[0] && dimsOf(tensors[0]);
  if (first && tensors.every((x) => dimsOf(x) === first)) return first;
  const [largest, ...others] = [...tensors].sort((a, b) => dimsOf(b).length - dimsOf(a).length);
  let union = largest ? dimsOf(largest) : [];
  for (const x of others) {
    const own = dimsOf(x);
    if (own === union) continue;
    for (const d of own) {
      const known = union.find(({ name }) => name === d.name);
      if (!known) union = [...union, d];
      else if (known.size !== d.size) {
        throw sizesDiffer(op, d.name, [largest!, ...others].find((t) => hasDim(t, d.name))!, x);
      }
    }
  }
  return union;
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

export function requireDtype(
  op: string,
  x: AnyTensor,
  allowed: readonly DType[],
  argument: string,
  advice?: readonly string[],
): void {
  if (allowed.includes(x.dtype)) return;
  throw misuse(
    "dtype-mismatch",
    `${op}: '${argument}' must be ${allowed.join(" or ")}, and is ${x.dtype}.`,
    { [argument]: x },
    advice ?? [`cast(${argument}, "${allowed[0]}")`],
    { dtype: x.dtype, allowed },
  );
}

/** A number that takes the place of a tensor's elements is one that they can be. */
export function requireValue(op: string, value: number, dtype: DType, beside?: AnyTensor): void {
  if (isValueOf(value, dtype)) return;
  const advice = beside ? ['cast(x, "float32")'] : [];
  const sentence = `${op}: ${value} is not a value of ${dtype}.`;
  throw misuse("dtype-mismatch", sentence, beside ? { tensor: beside } : {}, advice, { value });
}

/** Operands that must be of one dtype are not. */
export function dtypesDiffer(op: string, left: AnyTensor, right: AnyTensor): MtfError {
  const target = [left, right].some((x) => x.dtype === "float32") ? "float32" : "int32";
  return misuse(
    "dtype-mismatch",
    `${op}: the arguments are ${left.dtype} and ${right.dtype}.`,
    { left, right },
    [`cast(${left.dtype === target ? "right" : "left"}, "${target}")`],
    { dtypes: [left.dtype, right.dtype] },
  );
}
