import { tell } from "../arguments.ts";
import { type ErrorDetails, type Evidence, MtfError } from "../errors.ts";
import { type AnyTensor, isTensor, typeOf } from "../graph/tensor.ts";
import { entryOf } from "../record.ts";
import { wrongInput } from "./sources/array.ts";

/** A tree of tensors, taken apart once for all that is given in its place. */
export type Part = TensorPart | ConstantPart | RecordPart;

interface TensorPart {
  readonly kind: "tensor";
  readonly path: string;
  readonly tensor: AnyTensor;
}

/** What is no tensor was part of the function when it was traced. */
interface ConstantPart {
  readonly kind: "constant";
  readonly path: string;
  readonly value: unknown;
}

interface RecordPart {
  readonly kind: "record";
  readonly parts: readonly (readonly [key: string, part: Part])[];
}

export function partOf(tree: unknown, path: string): Part {
  if (isTensor(tree)) return { kind: "tensor", path, tensor: tree };
  if (tree === null || typeof tree !== "object") return { kind: "constant", path, value: tree };
  const parts = Object.entries(tree).map(
    ([key, child]) => [key, partOf(child, path === "" ? key : `${path}/${key}`)] as const,
  );
  return { kind: "record", parts };
}

/** The tensors of a tree, in order. */
export function tensorsIn(part: Part): readonly TensorPart[] {
  if (part.kind === "tensor") return [part];
  return part.kind === "record" ? part.parts.flatMap(([, child]) => tensorsIn(child)) : [];
}

/**
 * What stands in a given tree where a tree has its tensors, in order.
 *
 * @throws MtfError `wrong-input` if there is nothing, or another number where the program has one
 */
export function givenLeaves(part: Part, given: unknown): readonly unknown[] {
  const found: unknown[] = [];
  collect(part, given, undefined, found);
  return found;
}

function collect(part: Part, given: unknown, within: unknown, found: unknown[]): void {
  switch (part.kind) {
    case "tensor":
      if (given === undefined || given === null) throw missing(part, within);
      found.push(given);
      return;
    case "constant":
      if (given !== undefined && !Object.is(given, part.value)) throw notTheSame(part, given);
      return;
    case "record":
      for (const [key, child] of part.parts) collect(child, childOf(given, key), given, found);
  }
}

function missing({ path, tensor }: TensorPart, within: unknown): MtfError {
  const wanted = { path, ...typeOf(tensor) };
  return wrongInput(wanted, `'${path}' is missing.`, path.includes("/") ? insteadOf(within) : {});
}

function notTheSame({ path, value }: ConstantPart, given: unknown): MtfError {
  const sentence = `'${path}' is ${tell(value)} in this program, and was given ${tell(given)}.`;
  return new MtfError("wrong-input", sentence, {
    path,
    ...(typeof value === "number" && {
      try: ["placeholder([]) for it among the inputs of lower"],
    }),
  });
}

/** What stands where the tree of a missing tensor should be. */
function insteadOf(given: unknown): ErrorDetails {
  const evidence: Evidence[] = [["given", tell(given)]];
  return { evidence, ...(given instanceof Map && { try: ["Object.fromEntries(map)"] }) };
}

function childOf(given: unknown, key: string): unknown {
  if (typeof given !== "object" || given === null) return undefined;
  return entryOf(given as Readonly<Record<string, unknown>>, key);
}
