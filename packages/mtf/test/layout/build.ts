import {
  type AnyTensor,
  adamw,
  add,
  clipByGlobalNorm,
  constant,
  type Dimension,
  type DType,
  dimension,
  isFinite as finite,
  momentum,
  mul,
  placeholder,
  type Scalar,
  sgd,
  sum,
  valueAndGrad,
} from "mtf";
import type { Rest } from "../../src/rest/rest.ts";
import { type Call, refsIn, replay } from "./call.ts";
import type { CaseData, InputData } from "./case.ts";
import { type Context, dimNames, dimsIn, type Known, NotApplicable } from "./context.ts";
import { count, inexact } from "./magnitude.ts";
import { atRest, drawnRest } from "./narrow.ts";
import { catalog, wildCatalog } from "./ops/catalog.ts";

/** An input of a program with its numbers. */
export interface DrawnInput {
  readonly name: string;
  readonly id: number;
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  /** What it rests as, if it rests narrow. */
  readonly rest: Rest | undefined;
  /** The numbers that devices are given. */
  readonly given: readonly number[];
  /** The numbers that they are to compute with. */
  readonly data: readonly number[];
}

export const updates = ["none", "gradients", "sgd", "momentum", "adamw", "clip"] as const;

/** A program: inputs, calls, which of their results are outputs, and what is done with gradients. */
export interface DrawnProgram {
  readonly inputs: readonly DrawnInput[];
  readonly calls: readonly Call[];
  readonly outputs: readonly { readonly id: number; readonly exact: boolean }[];
  readonly update: (typeof updates)[number];
}

/** The program that a case's numbers stand for, where tensors may be sent to these axes. */
export function build(data: CaseData, axes: readonly string[]): DrawnProgram {
  // Some inputs hold none, lest nothing finite be left.
  const isWild = ({ seed }: InputData) => data.wild === true && seed % 3 > 0;
  const inputs = data.inputs.map((drawn, i): DrawnInput => {
    const dtype = (["float32", "float32", "float32", "float32", "int32", "bool"] as const)[
      drawn.dtype
    ]!;
    const left = dimNames.slice(0, 6).map((name, d) => dimension(name, data.sizes[d]!));
    const dims = drawn.dims.map((n) => left.splice(n % left.length, 1)[0]!);
    const numbers = Array.from({ length: count(dims) }, (_, at) => hash(drawn.seed, at));
    const element = dtype === "float32" && isWild(drawn) ? wildElement : elementOf;
    const name = `${dtype === "float32" ? "x" : "n"}${i}`;
    const given = numbers.map((n) => element(dtype, n));
    const rest = data.narrow && dtype === "float32" ? drawnRest(drawn.seed, dims) : undefined;
    return { name, id: i, dims, dtype, rest, ...atRest(given, dims, rest) };
  });
  const values = inputs.map(({ id, dims, dtype, rest }): Known => {
    const tensor = placeholder(dims, rest ? { rest } : dtype) as AnyTensor;
    // What an int8 is multiplied by is no power of 2.
    const bits = typeof rest === "object" ? inexact : dtype === "float32" ? 3 : 0;
    return { id, tensor, dims, bits, max: dtype === "float32" ? 4 : dtype === "int32" ? 6 : 1 };
  });
  const context: Context = {
    environment: new Map(values.map((value) => [value.id, value.tensor])),
    values,
    calls: [],
    axes,
    wild: new Set(inputs.filter((x) => x.data.some((n) => !Number.isFinite(n))).map((x) => x.id)),
    numbers: [],
    position: { at: 0, named: inputs.length },
  };
  const steps = data.wild ? wildCatalog : catalog;
  for (const { op, picks } of data.steps) {
    const [known, made] = [values.length, context.calls.length];
    try {
      context.position.at = 0;
      steps[op % steps.length]!({ ...context, numbers: picks });
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
      values.length = known;
      context.calls.length = made;
    }
  }
  const used = new Set(context.calls.flatMap((made) => refsIn(made.args)));
  const chosen = new Set(data.outputs.map((n) => values.at(-1 - (n % values.length))!));
  const outputs = values
    .filter((x) => chosen.has(x) || (!used.has(x.id) && x.id >= inputs.length))
    .map(({ id, bits }) => ({ id, exact: bits !== inexact }));
  const none = outputs.length === 0 ? [{ id: values.at(-1)!.id, exact: true }] : outputs;
  const differentiable = inputs.some((x) => x.dtype === "float32");
  const wanted = updates[[1, 1, 1, 1, 0, 0, 2, 3, 4, 5][data.update]!]!;
  // What rests narrow is not updated.
  const fits = inputs.some((x) => x.rest) && wanted !== "none" ? "gradients" : wanted;
  const update = differentiable ? fits : "none";
  return { inputs, calls: context.calls, outputs: none, update };
}

function hash(seed: number, at: number): number {
  let h = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

/** Multiples of 1/8 up to 4, integers from -2 to 6, bools. */
function elementOf(dtype: DType, n: number): number {
  if (dtype === "float32") return (n % 65) / 8 - 4;
  return dtype === "int32" ? (n % 9) - 2 : n % 2;
}

const rare = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** As `elementOf`, but for an infinity or NaN and a zero here and there. */
function wildElement(dtype: DType, n: number): number {
  const kind = (n >>> 8) % 12;
  return kind === 0 ? rare[(n >>> 16) % 3]! : kind === 1 ? 0 : elementOf(dtype, n);
}

type Tensors = Readonly<Record<string, AnyTensor>>;

/** What an optimizer holds of one tensor or all, as arguments: parameters and what goes with them. */
export interface State {
  readonly params: Tensors;
  readonly mean?: Tensors;
  readonly variance?: Tensors;
  readonly velocity?: Tensors;
  readonly step?: Scalar<"int32">;
}

/** Trees of what the program's arguments are made of: of placeholders, or of numbers. */
export function argumentsOf<T>(
  program: DrawnProgram,
  leaf: (
    dims: readonly Dimension[],
    dtype: DType,
    data: readonly number[],
    input: DrawnInput | undefined,
  ) => T,
): readonly [Record<string, unknown>, Record<string, T>] {
  const floats = program.inputs.filter((x) => x.dtype === "float32");
  const others = program.inputs.filter((x) => x.dtype !== "float32");
  const tree = (inputs: readonly DrawnInput[], change?: (n: number) => number): Record<string, T> =>
    Object.fromEntries(
      inputs.map((x) => {
        const data = change ? x.data.map(change) : x.data;
        return [x.name, leaf(x.dims, x.dtype, data, change ? undefined : x)] as const;
      }),
    );
  const params = tree(floats);
  const state: Record<string, unknown> = { params };
  if (program.update === "momentum") state.velocity = tree(floats, (n) => 1 - n / 2);
  if (program.update === "adamw" || program.update === "clip") {
    state.mean = tree(floats, (n) => 1 - n / 2);
    state.variance = tree(floats, (n) => n * n + 1);
    state.step = leaf([], "int32", [3], undefined);
  }
  return [state, tree(others)];
}

/** The function that a drawn program is. */
export function functionOf(program: DrawnProgram) {
  return (state: State, others: Tensors): Record<string, unknown> => {
    const loss = (params: Tensors) => {
      const environment = new Map(
        program.inputs.map((x) => [x.id, (params[x.name] ?? others[x.name])!]),
      );
      replay(program.calls, environment);
      const outputs = Object.fromEntries(
        program.outputs.map(({ id }) => [`t${id}`, environment.get(id)!]),
      );
      return [lossOf(Object.values(outputs)), outputs] as const;
    };
    if (program.update === "none") return { outputs: loss(state.params)[1] };
    const [value, gradients, outputs] = valueAndGrad(loss, { aux: true })(state.params);
    const first = { loss: value, outputs };
    switch (program.update) {
      case "gradients":
        return { ...first, gradients };
      case "sgd":
        return { ...first, state: { params: sgd(state.params, gradients, { rate: 0.5 }) } };
      case "momentum":
        return { ...first, state: momentum(state as never, gradients as never, { rate: 0.5 }) };
      case "adamw":
        return { ...first, state: adamw(state as never, gradients as never, adamOptions) };
      case "clip": {
        const { clipped, norm } = clipByGlobalNorm(gradients, 1);
        const options = { ...adamOptions, gate: finite(norm) };
        return { ...first, norm, state: adamw(state as never, clipped as never, options) };
      }
    }
  };
}

// A larger epsilon than is usual: with 1e-8 the last digits of a gradient near 0 would decide.
const adamOptions = { rate: 0.5, decay: 0.25, epsilon: 0.125 };

/** All float outputs times fixed numbers, summed. */
function lossOf(outputs: readonly AnyTensor[]): Scalar {
  const terms = outputs
    .filter((x) => x.dtype === "float32")
    .map((x) => {
      const dims = dimsIn(x);
      const weights = Array.from({ length: count(dims) }, (_, i) => ((i * 3) % 5) / 4 - 0.5);
      return sum(mul(x as never, constant(weights, dims))) as Scalar;
    });
  const zero = constant(0);
  return terms.reduce<Scalar>((total, term) => add(total, term), zero);
}
