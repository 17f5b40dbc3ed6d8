import { describe, expect, it } from "vitest";
import { MtfError } from "../src/errors.ts";
import { type AnyTensor, isTensor } from "../src/graph/tensor.ts";
import * as mtf from "../src/index.ts";
import { isPlainObject } from "../src/record.ts";
import { calls, dims, type Given, layout } from "./arguments/calls.ts";
import { wrongValues } from "./arguments/wrong.ts";

// Every public function, called right, and then with every wrong thing in place of each argument and
// of what is in it: it works, or it says which argument of which function is wrong.

const functions = mtf as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** What these give are programs of their own, or arguments of one. */
const programs = ["trace", "lower", "placeholder"];

/** Trees are walked and questions asked with anything at all: there is nothing wrong to give. */
const anything = ["dispose", "isTensor", "leavesOf", "mapLeaves", "withLeaves"];

const f32 = mtf.placeholder([dims.batch, dims.embd]);
const inputs = [
  f32,
  mtf.placeholder([dims.embd, dims.ff]),
  mtf.placeholder([dims.embd]),
  mtf.placeholder([dims.batch], "int32"),
  mtf.placeholder([dims.batch], "bool"),
] as readonly AnyTensor[];

/** Lowers a program of what a function makes of the inputs. */
function lowered(make: (given: Given) => unknown): void {
  const fn = (x: AnyTensor, w: AnyTensor, gain: AnyTensor, ids: AnyTensor, mask: AnyTensor) =>
    mtf.leavesOf(make({ x, w, gain, ids, mask }), isTensor).map(([, leaf]) => leaf);
  mtf.lower(fn as never, { layout, inputs: inputs as never });
}

type Arguments = Readonly<Record<string, unknown>>;

function apply(name: string, args: Arguments, { x }: Given): unknown {
  const list = Object.entries(args).flatMap(([key, value]) =>
    key.startsWith("...") ? (value as unknown[]) : [value],
  );
  const result = functions[name]!(...list);
  if (["grad", "valueAndGrad", "recompute", "customGradient"].includes(name))
    return (result as typeof apply)(x as never, {}, {} as never);
  return typeof result === "function" ? result(1) : result;
}

/** The arguments with something in place of each one, and of each part of those that have parts. */
function* spoiled(
  value: unknown,
  given: Given,
  path = "",
): Generator<[path: string, value: unknown]> {
  if (path !== "" && !path.split(".").at(-1)!.startsWith("...")) {
    for (const wrong of wrongValues(given)) yield [path, wrong];
  }
  const made = /(^|\.)(program|mesh|layout)$/.test(path) || isTensor(value);
  const inner = !made && (Array.isArray(value) || isPlainObject(value));
  if (!inner || path.split(".").length > 3) return;
  for (const [key, own] of Object.entries(value as object)) {
    const at = path === "" ? key : `${path}.${key}`;
    for (const [where, wrong] of spoiled(own, given, at)) {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      (copy as Record<string, unknown>)[key] = wrong;
      yield [where, copy];
    }
  }
  if (isPlainObject(value) && path.startsWith("options")) yield [path, { ...value, rates: 1 }];
}

/** What is not told as it should be. */
function complaint(name: string, path: string, error: unknown): string | undefined {
  if (!(error instanceof MtfError)) return `${path}: ${error}`;
  const { code, details, message } = error;
  if (code === "internal") return `${path}: ${message}`;
  const sentence = message.split("\n")[0]!;
  const own =
    /define|dimension|parseRules/.test(name) || RegExp(`\\b${name}(:| takes )`).test(sentence);
  if (!own) return `${path}: does not name the function: ${sentence}`;
  const wanted = ["bad-argument", "not-a-tensor", "unknown-option"].includes(code);
  if (!wanted || !("argument" in details)) return undefined;
  const argument = path.replace("...", "").split(".")[0]!;
  const told = String(details.argument);
  return told.startsWith(argument) || argument === "fn"
    ? undefined
    : `${path}: blames '${told}': ${sentence}`;
}

describe("wrong arguments", () => {
  it("are tried with every public function", () => {
    const known = Object.keys(functions).filter((name) => typeof functions[name] === "function");
    const tried = [...Object.keys(calls), ...anything, "MtfError"];
    expect(known.filter((name) => !tried.includes(name))).toEqual([]);
    expect(Object.keys(calls).filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(Object.keys(calls))("of %s are told", (name) => {
    const complaints = new Set<string>();
    let tried = 0;
    // What works must not come out wrong later: it is part of a program, which is lowered.
    lowered((given) => {
      const worked = [apply(name, calls[name]!(given), given)];
      for (const [path, args] of spoiled(calls[name]!(given), given)) {
        tried++;
        try {
          const result = apply(name, args as Arguments, given);
          // What axes are called is known when the program is lowered.
          if (name === "withLayout") lowered(() => result);
          worked.push(result);
        } catch (error) {
          const text = complaint(name, path, error);
          if (text !== undefined) complaints.add(text);
        }
      }
      return programs.includes(name) ? [] : worked;
    });
    expect(tried).toBeGreaterThan(10);
    expect([...complaints]).toEqual([]);
  });
});
