import type { AnyTensor, Dimension } from "mtf";

import { library, type Name } from "./library.ts";

/** A tensor made by an earlier call. */
export interface Ref {
  readonly ref: number;
}

export type Argument =
  | number
  | string
  | boolean
  | Ref
  | Dimension
  | Loop
  | readonly Argument[]
  | { readonly [key: string]: Argument };

/** A function given to a loop, as data: its parameters, calls and results. */
export interface Loop {
  readonly parameters: readonly number[];
  readonly body: readonly Call[];
  readonly outputs: readonly number[];
  /** Whether it takes one argument, which is an array of its parameters. */
  readonly state?: true;
  /** Whether it gives its only output, not an array of it. */
  readonly single?: true;
  /** Whether it is the gradient of a function: its parameters are what that was given, and a cotangent. */
  readonly gradient?: true;
}

/** A call of one of the library's functions. */
export interface Call {
  readonly fn: Name;
  readonly args: readonly Argument[];
  /** The tensors it gave: one with key "", or several by key. */
  readonly results: readonly { readonly id: number; readonly key: string }[];
}

export type Environment = Map<number, AnyTensor>;

export const ref = (x: { readonly id: number }): Ref => ({ ref: x.id });

/** The tensors that an argument names, those of a loop among them. */
export function refsIn(argument: unknown): number[] {
  if (typeof argument !== "object" || argument === null) return [];
  if ("ref" in argument) return [argument.ref as number];
  if ("outputs" in argument) return [...(argument.outputs as number[]), ...inner(argument)];
  return inner(argument);
}

const inner = (argument: object) => Object.values(argument).flatMap(refsIn);

export function argumentsFrom(args: readonly Argument[], environment: Environment): unknown[] {
  return args.map((argument) => resolved(argument, environment));
}

function resolved(argument: Argument, environment: Environment): unknown {
  if (typeof argument !== "object") return argument;
  if (isRef(argument)) return environment.get(argument.ref)!;
  if (isLoop(argument)) return functionOf(argument, environment);
  if (Array.isArray(argument)) return argumentsFrom(argument, environment);
  const entries = Object.entries(argument as Readonly<Record<string, Argument>>);
  return Object.fromEntries(entries.map(([key, x]) => [key, resolved(x, environment)]));
}

/** Functions that give a function, and how many arguments they take before that function's own. */
const curried: { readonly [F in Name]?: number } = { recompute: 1, customGradient: 2 };

/** What a function of the library gives, or the function that it gives. */
export function made(fn: Name, args: readonly unknown[]): unknown {
  const own = curried[fn];
  if (own === undefined) return library[fn](...args);
  const given = library[fn](...args.slice(0, own)) as (...xs: readonly unknown[]) => unknown;
  return given(...args.slice(own));
}

interface ForBackward {
  readonly args: readonly AnyTensor[];
  readonly cotangent: AnyTensor;
}

function functionOf(
  { parameters, body, outputs, state, single, gradient }: Loop,
  environment: Environment,
) {
  return (...given: readonly unknown[]): AnyTensor | readonly AnyTensor[] => {
    const { args, cotangent } = given[0] as ForBackward;
    const slices = gradient
      ? [...args, cotangent]
      : ((state ? given[0] : given) as readonly AnyTensor[]);
    const inner = new Map(environment);
    parameters.forEach((id, i) => void inner.set(id, slices[i]!));
    replay(body, inner);
    const results = outputs.map((id) => inner.get(id)!);
    return single ? results[0]! : results;
  };
}

/** Makes the calls again, on the tensors of an environment. */
export function replay(calls: readonly Call[], environment: Environment): void {
  for (const { fn, args, results } of calls) {
    const given = made(fn, argumentsFrom(args, environment));
    for (const { id, key } of results) {
      const tensor = key === "" ? given : (given as Record<string, unknown>)[key];
      environment.set(id, tensor as AnyTensor);
    }
  }
}

/** Calls as text that runs where their operands are defined. */
export function printCalls(calls: readonly Call[], indent: string): string {
  return calls.map((one) => `${indent}${printCall(one, indent)}`).join("\n");
}

function printCall({ fn, args, results }: Call, indent: string): string {
  const names = results.map(({ id, key }) => (/^\d*$/.test(key) ? `t${id}` : `${key}: t${id}`));
  const left =
    results[0]?.key === ""
      ? names[0]
      : /^\d+$/.test(results[0]?.key ?? "")
        ? `[${names.join(", ")}]`
        : `{ ${names.join(", ")} }`;
  const printed = args.map((x) => printArgument(x, indent));
  const own = curried[fn] ?? printed.length;
  const lists = [printed.slice(0, own), ...(own < printed.length ? [printed.slice(own)] : [])];
  return `const ${left} = ${fn}${lists.map((list) => `(${list.join(", ")})`).join("")};`;
}

export function printArgument(argument: Argument, indent = ""): string {
  if (typeof argument === "number") return `${argument}`;
  if (typeof argument !== "object") return JSON.stringify(argument);
  if (isRef(argument)) return `t${argument.ref}`;
  if (isLoop(argument)) {
    const { parameters, body, outputs, state, single, gradient } = argument;
    const list = (ids: readonly number[]) => ids.map((id) => `t${id}`).join(", ");
    const given = single ? list(outputs) : `[${list(outputs)}]`;
    const lines = [printCalls(body, `${indent}  `), `${indent}  return ${given};`];
    const [first, last] = parameters.map((id) => `t${id}`);
    const taken = gradient
      ? `{ args: [${first}], cotangent: ${last} }`
      : state
        ? `[${list(parameters)}]`
        : list(parameters);
    return `(${taken}) => {\n${lines.filter(Boolean).join("\n")}\n${indent}}`;
  }
  if (Array.isArray(argument))
    return `[${argument.map((x) => printArgument(x, indent)).join(", ")}]`;
  if (isDimension(argument)) return `dimension("${argument.name}", ${argument.size})`;
  const entries = Object.entries(argument as Readonly<Record<string, Argument>>);
  return `{ ${entries.map(([key, x]) => `${key}: ${printArgument(x, indent)}`).join(", ")} }`;
}

const isRef = (x: object): x is Ref => "ref" in x;
const isLoop = (x: object): x is Loop => "parameters" in x;
const isDimension = (x: object): x is Dimension => "size" in x && "name" in x;
