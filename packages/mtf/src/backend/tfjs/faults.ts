import type { DType } from "../../dtype.ts";
import type { ElementwiseFn, Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";
import { rolesOf } from "../slices/roles.ts";
import { extentsOf } from "../slices/walk.ts";

/** What kernels of a backend lack, do wrong or do slowly, so that the host, or others, compute it. */
export interface Fault {
  readonly kinds: readonly LocalKind[];
  /** Only these functions of elements. */
  readonly fns?: readonly ElementwiseFn[];
  /** Only where the last operand is of one of these. */
  readonly on?: readonly DType[];
  /** Only where this holds. */
  readonly where?: (op: Op, operands: readonly Slice[], results: readonly Slice[]) => boolean;
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
    {
      kinds: ["convolution"],
      where: isDepthwiseAndUneven,
      why: "without oneDNN, which TensorFlow takes on some processors, DepthwiseConv2dNative refuses dilations and strides that differ",
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

/** Whether kernels of the backend must not compute an op. */
export function isFaulty(
  faults: readonly Fault[],
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): boolean {
  const fn = op.kind === "elementwise" ? op.attributes.fn : undefined;
  const dtype = operands.at(-1)?.dtype;
  return faults.some(
    ({ kinds, fns, on, where }) =>
      (kinds as readonly string[]).includes(op.kind) &&
      (!fns || (fn !== undefined && fns.includes(fn))) &&
      (!on || (dtype !== undefined && on.includes(dtype))) &&
      (!where || where(op, operands, results)),
  );
}

function isDepthwiseAndUneven(
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): boolean {
  if (op.kind !== "convolution") return false;
  const { windows } = op.attributes;
  const [x, b, c] = [...operands, ...results].map(extentsOf);
  const isUneven = windows.some((w) => w.dilation > 1 || w.stride !== windows[0]!.stride);
  return isUneven && rolesOf(windows, x!, b!, c!)?.depthwise === true;
}
