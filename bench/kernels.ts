import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import type { Buffer, Kernel, Slice } from "../packages/mtf/src/backend/backend.ts";
import type { HeapBuffer } from "../packages/mtf/src/backend/wasm/heap.ts";
import { wasmBackend } from "../packages/mtf/src/backend/wasm/index.ts";
import type { DType } from "../packages/mtf/src/dtype.ts";
import type { Op } from "../packages/mtf/src/graph/kinds.ts";
import { narrow } from "../packages/mtf/src/rest/narrow.ts";
import type { Rest } from "../packages/mtf/src/rest/rest.ts";
import { compileLimits, flopsOfRound } from "./lib/limit-kernels.ts";
import { readOptions } from "./lib/options.ts";

const help = `
How fast are the wasm backend's kernels, and TensorFlow.js's own on the same numbers?

  npm run bench -- kernels [--cases a,b] [--plain] [--cpu] [--json]

Both take turns, in one thread; the best of a few runs counts, since what disturbs only slows. A product
whose second operand rests narrow takes turns with that of float32. Products also take turns with a loop
that multiplies and adds in registers and does nothing else: the limit of 128 bits at a time, which a
BLAS, if one is found, is not held to (MTF_BLAS=off tells our own kernels' share of it). Those named
"step" are the products of the training step of \`bench -- train-step\`, forward and backward, on one worker and
on two that split heads, ff and vocab.

  --cases a,b  only those whose names have one of these in them
  --plain      without relaxed SIMD, and without the limit, which needs it
  --cpu        processor time instead of the clock's, for a machine that is busy with other things`;

type Sizes = Readonly<Record<string, number>>;

interface Case {
  readonly name: string;
  readonly op: Op;
  /** Dims and sizes of each operand, in storage order; scalars have none. */
  readonly operands: readonly Sizes[];
  readonly results: readonly Sizes[];
  readonly dtypes?: readonly DType[];
  /** What the second operand rests as: then the other side is ours on float32. */
  readonly rest?: Rest;
  /** Operands that the kernel writes over. */
  readonly reuse?: readonly number[];
  readonly flops?: number;
  /** TensorFlow.js's kernel, its attributes, and the names of its inputs. */
  readonly tfjs?: readonly [kernel: string, attrs: object, ...inputs: string[]];
}

function product(m: number, k: number, n: number, a: "mk" | "km", b: "kn" | "nk"): Case {
  const sizes = { m, k, n } as Record<string, number>;
  const dims = (names: string) => Object.fromEntries([...names].map((d) => [d, sizes[d]!]));
  const attrs = { transposeA: a === "km", transposeB: b === "nk" };
  // With its transpose flags TensorFlow.js takes up to 47 times as long: not worth the wait.
  const fair = !attrs.transposeA && !attrs.transposeB && n <= 4096;
  return {
    name: `einsum ${a} ${m}x${k}, ${b} ${k}x${n}`,
    op: { kind: "einsum", attributes: {} },
    operands: [dims(a), dims(b)],
    results: [{ m, n }],
    flops: 2 * m * k * n,
    ...(fair ? { tfjs: ["BatchMatMul", attrs, "a", "b"] as const } : {}),
  };
}

function resting(rest: "bfloat16" | "float16" | "int8", given: Case): Case {
  return {
    name: `${given.name} ${rest}`,
    op: given.op,
    operands: given.operands,
    results: given.results,
    rest: rest === "int8" ? { dtype: rest, scales: ["n"] } : rest,
    ...(given.flops === undefined ? {} : { flops: given.flops }),
  };
}

/** The products of a training step with a matrix: forward, and the gradients of both operands. */
function ofStep(rows: number, from: number, to: number): readonly Case[] {
  return [
    product(rows, from, to, "mk", "nk"),
    product(rows, to, from, "mk", "kn"),
    product(to, rows, from, "km", "kn"),
  ].map((given) => {
    const { tfjs: _, ...own } = given;
    return { ...own, name: `step ${given.name}` };
  });
}

const big = { row: 1024, column: 3072 };
const logits = { row: 256, column: 50257 };

function map(fn: "exp" | "tanh" | "gelu" | "relu", kernel?: string): Case {
  return {
    name: fn,
    op: { kind: "elementwise", attributes: { fn, scalars: [null] } },
    operands: [big],
    results: [big],
    ...(kernel ? { tfjs: [kernel, {}, "x"] as const } : {}),
  };
}

function binary(fn: "mul", scalars: readonly (number | null)[], operands: readonly Sizes[]): Case {
  return {
    name: `${fn} ${operands.map((o) => Object.keys(o).join("")).join(", ")}`,
    op: { kind: "elementwise", attributes: { fn, scalars } },
    operands,
    results: [big],
    tfjs: ["Multiply", {}, "a", "b"],
  };
}

const cases: readonly Case[] = [
  product(256, 256, 256, "mk", "kn"),
  product(512, 512, 512, "mk", "kn"),
  product(1024, 1024, 1024, "mk", "kn"),
  product(1024, 1024, 1024, "km", "kn"),
  product(1024, 1024, 1024, "mk", "nk"),
  product(1024, 256, 50257, "mk", "nk"),
  product(1024, 50257, 256, "mk", "kn"),
  product(50257, 1024, 256, "km", "kn"),
  ...ofStep(1024, 256, 256),
  ...ofStep(1024, 256, 1024),
  ...ofStep(1024, 256, 128),
  ...ofStep(1024, 256, 512),
  ...ofStep(1024, 256, 25129),
  product(1, 768, 50257, "mk", "nk"),
  product(1, 768, 3072, "mk", "kn"),
  product(8, 768, 3072, "mk", "kn"),
  ...(["bfloat16", "float16", "int8"] as const).flatMap((rest) => [
    resting(rest, product(1, 768, 3072, "mk", "kn")),
    resting(rest, product(8, 768, 3072, "mk", "nk")),
    resting(rest, product(64, 768, 3072, "mk", "kn")),
  ]),
  {
    name: "attention scores 8x128x12x64",
    op: { kind: "einsum", attributes: {} },
    operands: [
      { batch: 8, length: 128, heads: 12, kv: 64 },
      { batch: 8, memory: 128, heads: 12, kv: 64 },
    ],
    results: [{ batch: 8, heads: 12, length: 128, memory: 128 }],
    flops: 2 * 8 * 12 * 128 * 128 * 64,
  },
  binary("mul", [null, null], [big, big]),
  binary("mul", [null, null], [big, { column: 3072 }]),
  map("relu", "Relu"),
  map("exp", "Exp"),
  map("tanh", "Tanh"),
  map("gelu"),
  reduction("column"),
  reduction("row"),
  {
    name: "softmax",
    op: { kind: "softmax", attributes: { over: "column" } },
    operands: [logits],
    results: [logits],
    reuse: [0],
    tfjs: ["Softmax", { dim: 1 }, "logits"],
  },
  {
    name: "crossEntropy",
    op: { kind: "crossEntropy", attributes: { over: "column" } },
    operands: [logits, { row: 256 }],
    dtypes: ["float32", "int32"],
    results: [{ row: 256 }, { row: 256 }, { row: 256 }],
  },
  {
    name: "layerNorm",
    op: { kind: "layerNorm", attributes: { over: "column", epsilon: 1e-5 } },
    operands: [big, { column: 3072 }, { column: 3072 }],
    results: [big, { row: 1024 }, { row: 1024 }],
  },
  {
    name: "adam",
    op: { kind: "adam", attributes: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1 } },
    operands: [big, big, big, big, {}, {}, {}, {}],
    results: [big, big, big],
    reuse: [0, 2, 3],
  },
  {
    name: "transpose",
    op: { kind: "rename", attributes: { from: "row", to: "line" } },
    operands: [big],
    results: [{ column: 3072, line: 1024 }],
    tfjs: ["Transpose", { perm: [1, 0] }, "x"],
  },
  {
    name: "random normal",
    op: { kind: "random", attributes: { distribution: "normal" } },
    operands: [{ key: 2 }],
    dtypes: ["int32"],
    results: [big],
  },
  {
    name: "tiny add",
    op: { kind: "elementwise", attributes: { fn: "add", scalars: [null, null] } },
    operands: [{ a: 4 }, { a: 4 }],
    results: [{ a: 4 }],
    tfjs: ["Add", {}, "a", "b"],
  },
];

function reduction(over: "row" | "column"): Case {
  return {
    name: `sum over ${over}`,
    op: { kind: "reduce", attributes: { fn: "sum", over: [over] } },
    operands: [big],
    results: [over === "row" ? { column: 3072 } : { row: 1024 }],
    tfjs: ["Sum", { axis: [over === "row" ? 0 : 1], keepDims: false }, "x"],
  };
}

const { json, quick, values, flags } = readOptions(help, ["cases"], ["plain", "cpu"]);
const wanted = values.cases?.split(",") ?? [""];
const plain = flags.has("plain");
const backend = await wasmBackend({ relaxed: !plain });
const multiply = plain ? undefined : await limit();
await tf.setBackend("wasm");
const engine = tf.backend() as tf.KernelBackend & {
  disposeData(id: object): void;
  makeOutput(shape: readonly number[], dtype: string, offset: number): tf.TensorInfo;
};

/** Milliseconds. */
function now(): number {
  if (!flags.has("cpu")) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

if (!json) console.log(`${backend.variant}, ${process.version}`);
for (const given of cases) {
  const isSlow = given.flops !== undefined && given.flops > 1e8;
  if (wanted.some((word) => given.name.includes(word)) && !(quick && isSlow)) measure(given);
}

/** Multiplies and adds in registers, so many times. */
async function limit(): Promise<(flops: number) => void> {
  // Node 20's engine has relaxed SIMD behind a flag.
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = await WebAssembly.compile((await compileLimits()) as Uint8Array<ArrayBuffer>);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const { multiply } = exports as { multiply: (x: number, y: number, rounds: number) => number };
  return (flops) => void multiply(1e-3, 1e-3, Math.ceil(flops / flopsOfRound));
}

function sliceOf(sizes: Sizes, dtype: DType = "float32"): Slice {
  const dims = Object.entries(sizes).map(([name, size]) => ({ name, size }));
  return { dims, dtype, box: dims.map(({ size }) => ({ begin: 0, size })) };
}

function measure(given: Case): void {
  const slices = given.operands.map((sizes, i) => sliceOf(sizes, given.dtypes?.[i]));
  const bits = given.op.kind === "random" && given.op.attributes.distribution === "bits";
  const results = given.results.map((sizes) => sliceOf(sizes, bits ? "int32" : "float32"));
  const operands = slices.map((slice) => {
    const shape = slice.dims.map((d) => d.size);
    const buffer = backend.allocate(shape, slice.dtype);
    const data = backend.view(buffer)!;
    for (let i = 0; i < data.length; i++)
      data[i] = slice.dtype === "int32" ? i : (((i * 7) % 13) + 1) / 13;
    return buffer;
  });
  const runOf = (kernel: Kernel, given: readonly Buffer[]) => () => {
    const made = kernel(given) as readonly Buffer[];
    for (const buffer of made) if (!given.includes(buffer)) backend.dispose(buffer);
  };
  const wide = runOf(backend.bind(given.op, slices, results, given.reuse ?? []), operands);
  const narrowSide = given.rest && narrowed(given.op, slices, results, operands, given.rest);
  const ours = narrowSide ? runOf(narrowSide.kernel, narrowSide.operands) : wide;
  const theirs = given.tfjs ? theirRun(given.tfjs, operands) : narrowSide && wide;
  // As much as a kernel of our own can at most; narrow numbers are held to memory and conversion instead.
  const { flops } = given;
  const most = multiply && flops && !given.rest ? () => multiply(flops) : undefined;
  const [own, ...others] = alternate([ours, ...(theirs ? [theirs] : []), ...(most ? [most] : [])]);
  const least = most && others.pop();
  for (const buffer of new Set([...operands, ...(narrowSide?.operands ?? [])]))
    backend.dispose(buffer);
  // What goes through memory once: every operand and result.
  const bytes = [...slices, ...results].reduce(
    (sum, s) => sum + 4 * s.dims.reduce((n, d) => n * d.size, 1),
    0,
  );
  print(given, own!, others[0], least, bytes);
}

/** The product of what the second operand is when it rests narrow. */
function narrowed(
  op: Op,
  [a, b]: readonly Slice[],
  results: readonly Slice[],
  [x, y]: readonly Buffer[],
  rest: Rest,
): { readonly kernel: Kernel; readonly operands: readonly Buffer[] } {
  const bytes = narrow(backend.view(y!)!, { dims: b!.dims, dtype: "float32", rest })!;
  const kernel = backend.bindResting!(op, [a!, { ...b!, rest }], results, [])!;
  return { kernel, operands: [x!, backend.upload(bytes, [bytes.length], "bool")] };
}

function theirRun(
  [name, attrs, ...inputs]: NonNullable<Case["tfjs"]>,
  operands: readonly Buffer[],
): () => void {
  const kernel = tf.getKernel(name, "wasm")!;
  // Softmax of ours wrote over its operand: theirs reads the same memory and writes another.
  const named = Object.fromEntries(
    inputs.map((input, i) => {
      const { shape, dtype, block } = operands[i] as HeapBuffer;
      const info = engine.makeOutput(shape, dtype, block.offset);
      return [input, name === "BatchMatMul" ? { ...info, shape: [1, ...info.shape] } : info];
    }),
  );
  return () => {
    const made = kernel.kernelFunc({ inputs: named, backend: engine, attrs: attrs as never });
    engine.disposeData((made as tf.TensorInfo).dataId);
  };
}

/** The best time of each in milliseconds; short ones run many times in a row. */
function alternate(runs: readonly (() => void)[]): readonly number[] {
  const repeats = runs.map((run) => {
    run();
    const start = now();
    run();
    return Math.max(1, Math.min(20_000, Math.ceil(20 / (now() - start))));
  });
  const best = runs.map(() => Infinity);
  const end = now() + (quick ? 1 : 1200);
  for (let round = 0; round < 5 || now() < end; round++) {
    for (const [i, run] of runs.entries()) {
      const start = now();
      for (let n = 0; n < repeats[i]!; n++) run();
      best[i] = Math.min(best[i]!, (now() - start) / repeats[i]!);
    }
    if (round >= 2 && now() > end) break;
  }
  return best;
}

function print(
  given: Case,
  ours: number,
  theirs: number | undefined,
  least: number | undefined,
  bytes: number,
): void {
  const rates = (ms: number) => ({
    milliseconds: ms,
    ...(given.flops ? { gflops: given.flops / ms / 1e6 } : { gigabytes: bytes / ms / 1e6 }),
  });
  const side = given.rest ? "float32" : "tfjs";
  if (json) {
    const line = {
      ...{ name: given.name, variant: backend.variant, mtf: rates(ours) },
      ...(theirs !== undefined && { [side]: rates(theirs) }),
      ...(least !== undefined && { limit: rates(least), ofLimit: least / ours }),
    };
    console.log(JSON.stringify(line));
    return;
  }
  const show = (ms: number) => {
    const rate = given.flops
      ? `${(given.flops / ms / 1e6).toFixed(1)} GFLOP/s`
      : `${(bytes / ms / 1e6).toFixed(1)} GB/s`;
    return `${ms.toFixed(ms < 1 ? 4 : 2).padStart(10)} ms ${rate.padStart(14)}`;
  };
  const other = theirs === undefined ? "" : `   ${side} ${show(theirs)}`;
  const share =
    least === undefined ? "" : `   ${((100 * least) / ours).toFixed(0)} % of ${show(least)}`;
  console.log(`${given.name.padEnd(36)}${show(ours)}${share}${other}`);
}
