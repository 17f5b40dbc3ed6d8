import type { DType } from "../../dtype.ts";
import type { ElementwiseFn, Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";

/** What kernels of a backend lack, do wrong or do slowly, so that the host computes it instead. */
export interface Fault {
  readonly kinds: readonly LocalKind[];
  /** Only these functions of elements. */
  readonly fns?: readonly ElementwiseFn[];
  /** Only where the last operand is of one of these. */
  readonly on?: readonly DType[];
  readonly why: string;
}

const everywhere: readonly Fault[] = [
  {
    kinds: ["literal", "iota", "random", "fold"],
    why: "no kernel makes these numbers: the host does, and hands them over",
  },
  {
    kinds: ["argmax", "topK", "sort"],
    why: "ArgMax skips a NaN, there is no sort, and TopK's order of equals differs between backends",
  },
  { kinds: ["reduce"], on: ["bool"], why: "Max and Min are for numbers" },
  { kinds: ["scatter"], why: "TensorScatterUpdate has no batch, and refuses indices outside" },
];

/** The backends of TensorFlow.js by the name that their kernels are registered under. */
export const faults: Readonly<Record<"cpu" | "tensorflow" | "webgpu", readonly Fault[]>> = {
  cpu: [
    ...everywhere,
    { kinds: ["scatterAdd"], why: "UnsortedSegmentSum has no batch, and refuses indices outside" },
    { kinds: ["einsum"], on: ["int32"], why: "BatchMatMul rounds products to float64" },
    {
      kinds: ["elementwise"],
      fns: ["abs", "square", "mul", "div", "mod", "pow"],
      on: ["int32"],
      why: "they round to float64 or float32, or divide as TensorFlow.js alone does",
    },
    {
      kinds: ["elementwise"],
      fns: ["sign", "mod", "pow", "toInt32", "erf"],
      on: ["float32", "bool"],
      why: "Sign loses a NaN, Mod and Pow are wrong about infinities, Cast about floats beyond int32; Erf has few digits near 0",
    },
  ],
  tensorflow: [
    ...everywhere,
    { kinds: ["scatterAdd"], why: "UnsortedSegmentSum has no batch, and refuses indices outside" },
    {
      kinds: ["elementwise"],
      fns: ["div", "mod"],
      on: ["int32"],
      why: "there is no RealDiv, and FloorMod refuses to divide by 0",
    },
    {
      kinds: ["elementwise"],
      fns: ["pow"],
      why: "Pow takes tensors of TensorFlow.js's engine only",
    },
    {
      kinds: ["elementwise"],
      fns: ["toInt32"],
      on: ["float32"],
      why: "Cast is wrong about floats beyond int32",
    },
  ],
  // Of what is left to its kernels: our own are asked first.
  webgpu: [
    ...everywhere,
    {
      kinds: ["elementwise"],
      on: ["int32", "bool"],
      why: "integers pass through float32, and shaders that give a bool do not compile",
    },
  ],
};

/** Whether the host has to compute an op. */
export function isFaulty(
  faults: readonly Fault[],
  { kind, attributes }: Op,
  operands: readonly Slice[],
): boolean {
  const fn = kind === "elementwise" ? attributes.fn : undefined;
  const dtype = operands.at(-1)?.dtype;
  return faults.some(
    ({ kinds, fns, on }) =>
      (kinds as readonly string[]).includes(kind) &&
      (!fns || (fn !== undefined && fns.includes(fn))) &&
      (!on || (dtype !== undefined && on.includes(dtype))),
  );
}
