import {
  type AnyTensor,
  defineLayout,
  defineMesh,
  type HostArray,
  leavesOf,
  type MachineModel,
  placeholder,
  trace,
} from "mtf";
import type { Backend } from "../../src/backend/backend.ts";
import type { BackendName } from "../../src/backend/open.ts";
import { evaluate } from "../../src/backend/reference/evaluate.ts";
import { ledger } from "../../src/cost/ledger.ts";
import { nodesOf } from "../../src/graph/graph.ts";
import { dimsOf, tensorOf } from "../../src/graph/tensor.ts";
import type { StorageRule } from "../../src/layout.ts";
import { lower } from "../../src/partition/lower.ts";
import { concerns } from "../../src/partition/place.ts";
import type { Lowered, Program } from "../../src/program/index.ts";
import type { Devices } from "../../src/runtime/devices.ts";
import { isSharded, readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";
import { roundings } from "../support/backends.ts";
import { argumentsOf, build, type DrawnProgram, functionOf } from "./build.ts";
import type { CaseData } from "./case.ts";
import { layoutFrom, writtenLayout } from "./layoutOf.ts";
import { count } from "./magnitude.ts";

/** What a case's program gives: an array for each output, with its path. */
export interface Outcome {
  readonly path: string;
  readonly dtype: string;
  readonly numbers: HostArray;
}

/** The unsplit run, and how far from its floats others may be, in units of rounding. */
export interface Expected {
  readonly outcomes: readonly Outcome[];
  readonly bound: number;
}

/**
 * Computes a program unsplit in float64. Whatever order sums are taken in, a result is off by no
 * more than a rounding for each term of each op, of the largest number that occurs anywhere; what
 * functions make of their arguments' errors is in a factor.
 */
export function expect64(program: DrawnProgram): Expected {
  const traced = trace(functionOf(program), inputsOf(program) as never);
  const nodes = nodesOf(traced.graph);
  const all = nodes.flatMap((node) => node.results.map((_, i) => tensorOf(node, i)));
  const numbers = traced.inputs.map(({ path }) => arrayAt(program, path));
  const values = evaluate(
    { inputs: traced.graph.inputs, outputs: [...traced.graph.outputs, ...all] },
    numbers,
  );
  const outcomes = traced.outputs.map(({ path, tensor }, i): Outcome => {
    return { path, dtype: tensor.dtype, numbers: values[i]! };
  });
  let largest = 1;
  let terms = 1;
  all.forEach((tensor, i) => {
    if (tensor.dtype !== "float32") return;
    for (const x of values[traced.outputs.length + i]!) {
      if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
    }
    terms = Math.max(terms, count(dimsOf(tensor)));
  });
  return { outcomes, bound: 16 * (16 + terms) * nodes.length * largest };
}

function inputsOf(program: DrawnProgram) {
  return argumentsOf(program, (dims, dtype, _, input) => {
    return placeholder(dims, input?.rest ? { rest: input.rest } : dtype) as AnyTensor;
  });
}

/** Numbers as devices are given them, or as they are to compute with them. */
function arraysOf(program: DrawnProgram, as: "given" | "data") {
  return argumentsOf(program, (_, dtype, data, input) => {
    const numbers = input?.[as] ?? data;
    if (dtype === "float32") return Float64Array.from(numbers);
    return dtype === "int32" ? Int32Array.from(numbers) : Uint8Array.from(numbers);
  });
}

const isArray = (x: unknown): x is HostArray => ArrayBuffer.isView(x);

function arrayAt(program: DrawnProgram, path: string): HostArray {
  return leavesOf(arraysOf(program, "data"), isArray).find(([own]) => own === path)![1];
}

export interface SplitRun {
  readonly program: Program;
  readonly outcomes: readonly Outcome[];
  /** Bytes that devices counted while it ran, and those that the program promises. */
  readonly counted: number;
  readonly promised: number;
}

/** Lowers a case's program for its layout, and for a machine if one is given. */
export function lowerCase(
  data: CaseData,
  program: DrawnProgram,
  machine?: MachineModel,
): Lowered<never, unknown> {
  const [fn, inputs] = [functionOf(program) as never, inputsOf(program) as never];
  const layout = layoutFrom(writtenLayout(data));
  // Rules are drawn for any program, and some of them concern nothing in this one.
  const { inputs: taken, outputs: given } = trace(fn, inputs);
  const known = (rule: StorageRule) =>
    [...taken, ...given].some((leaf) => concerns(rule, leaf.path));
  return lower(fn, {
    layout: { ...layout, storage: layout.storage.filter(known) },
    inputs,
    donate: data.donate ? [0] : [],
    machine,
  });
}

/** Runs a lowered case on devices. They hold nothing of it afterwards. */
export async function runSplit(
  lowered: Lowered<never, unknown>,
  program: DrawnProgram,
  devices: Devices,
): Promise<SplitRun> {
  const run = await devices.load(lowered);
  const before = await received(devices);
  const result = await run(...(arraysOf(program, "given") as never));
  const counted = (await received(devices)) - before;
  const promised = ledger(lowered.program).bytesAfter(await run.rounds());
  const outcomes: Outcome[] = [];
  for (const [path, sharded] of leavesOf(result, isSharded)) {
    outcomes.push({ path, dtype: sharded.dtype, numbers: await readFloat64(sharded) });
    sharded.dispose();
  }
  await run.unload();
  return { program: lowered.program, outcomes, counted, promised };
}

async function received(devices: Devices): Promise<number> {
  const usage = await devices.usage();
  return usage.reduce((sum, device) => sum + device.bytesReceived, 0);
}

/** What a program gives on one device of a backend: what is infinite in its floats, too. */
async function unsplit(
  program: DrawnProgram,
  axes: readonly string[],
  backend: Backend,
): Promise<readonly Outcome[]> {
  const mesh = defineMesh(Object.fromEntries(axes.map((axis) => [axis, 1])));
  const layout = defineLayout({ dims: {}, mesh, rules: {} });
  const inputs = inputsOf(program) as never;
  const devices = await simulator(mesh, { backend });
  try {
    const lowered = lower(functionOf(program) as never, { layout, inputs });
    return (await runSplit(lowered as never, program, devices)).outcomes;
  } finally {
    await devices.close();
  }
}

/** Runs a case on the simulator and throws where it differs from the unsplit run. */
export async function checkCase(data: CaseData, backend: Backend): Promise<SplitRun> {
  const rounding = roundings[backend.name as BackendName];
  const program = build(data, Object.keys(writtenLayout(data).mesh));
  const { outcomes, bound } = expect64(program);
  const expected = data.wild
    ? await unsplit(program, Object.keys(writtenLayout(data).mesh), backend)
    : outcomes;
  const devices = await simulator(defineMesh(writtenLayout(data).mesh), { backend });
  try {
    const split = await runSplit(lowerCase(data, program), program, devices);
    requireSame(split.outcomes, expected, rounding * bound);
    if (split.counted !== split.promised) {
      throw new Error(`${split.counted} bytes were received and ${split.promised} promised`);
    }
    const left = await devices.usage();
    if (left.some((device) => device.buffers > 0)) {
      throw new Error(`devices still hold ${left.map((device) => device.buffers)} buffers`);
    }
    return split;
  } finally {
    await devices.close();
    // Nothing else lets the event loop turn, and dropped handles let go of their devices only then.
    await new Promise((turn) => setImmediate(turn));
  }
}

export function requireSame(
  given: readonly Outcome[],
  expected: readonly Outcome[],
  bound: number,
): void {
  if (given.length !== expected.length) {
    throw new Error(`${given.length} outputs instead of ${expected.length}`);
  }
  expected.forEach(({ path, dtype, numbers }, i) => {
    const other = given[i]!;
    if (other.path !== path || other.numbers.length !== numbers.length) {
      throw new Error(`output ${i} is '${other.path}' instead of '${path}'`);
    }
    for (let at = 0; at < numbers.length; at++) {
      const [a, b] = [other.numbers[at]!, numbers[at]!];
      const same = Object.is(a, b) || a === b;
      if (same || (dtype === "float32" && Math.abs(a - b) <= bound)) continue;
      const list = [...other.numbers].slice(0, 40).join(", ");
      const right = [...numbers].slice(0, 40).join(", ");
      throw new Error(
        `${path}[${at}] is ${a} instead of ${b} (within ${bound})\n  given    ${list}\n  expected ${right}`,
      );
    }
  });
}
