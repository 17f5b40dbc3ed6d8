import {
  optionsArgument,
  recordArgument,
  textArgument,
  wordArgument,
  wrongArgument,
} from "./arguments.ts";
import { type Dimension, printDims } from "./dimension.ts";
import { type ErrorCode, MtfError } from "./errors.ts";
import { type Mesh, meshArgument, printMesh } from "./mesh.ts";
import { captureLine } from "./sourceLine.ts";
import { nearest } from "./suggest.ts";

/** Which mesh axes split which dims; several axes split a dim recursively, outermost first. */
export type LayoutRules<Names extends string = string, Axis extends string = string> = {
  readonly [Name in Names]?: Axis | readonly Axis[] | undefined;
};

/** Rules in the form the library works with: in the order written, axes always a list. */
export type RuleTable = readonly (readonly [dim: string, axes: readonly string[]])[];

/**
 * How a program's values lie on a mesh: rules by dim, and other rules for what rests between runs.
 */
export interface Layout<Names extends string = string, Axis extends string = string> {
  readonly mesh: Mesh<Axis>;
  readonly rules: RuleTable;
  readonly storage: readonly StorageRule[];
  /** Whether stored parameters are gathered once for each pass, or once and then kept. */
  readonly stored: "regather" | "keep";
  /**
   * Sums over the rounds of a loop that come to rest split, such as gradients over microbatches:
   * `whole` on each device until they are reduced after the loop, or `split` by a reduction in each
   * round. Whole unless this says otherwise or the machine has too little memory.
   */
  readonly sums: "whole" | "split" | undefined;
  readonly "~names"?: Names;
}

/** Rules for the arguments and results whose path contains these segments. */
export interface StorageRule {
  readonly path: string;
  readonly rules: RuleTable;
}

export interface LayoutSpec<Names extends string, Axis extends string> {
  /** The dims that rules may name. */
  readonly dims: { readonly [Name in Names]: Dimension<Name> };
  readonly mesh: Mesh<Axis>;
  readonly rules: LayoutRules<NoInfer<Names>, NoInfer<Axis>>;
  /**
   * Rules for where arguments and donated results rest between runs, by a part of their path
   * (`"params"`, `"optimizer/mean"`, `""` for all). A rule here replaces the dim's rule above. A path
   * that concerns nothing in a program is taken for a mistake when the program is lowered: one that
   * has no such state takes a layout without the rule.
   */
  readonly storage?:
    | {
        readonly [path: string]: LayoutRules<NoInfer<Names>, NoInfer<Axis>> | undefined;
      }
    | undefined;
  readonly stored?: "regather" | "keep" | undefined;
  /** See `Layout.sums`. */
  readonly sums?: "whole" | "split" | undefined;
}

/**
 * A layout: the table from dims to mesh axes. It never changes a result, only where it is computed
 * and what that costs. Where two dims of one value claim an axis, the earlier rule wins.
 *
 * @throws MtfError `unknown-dim`, `unknown-axis` or `bad-rule`, naming all mistakes at once
 * @example
 * const layout = defineLayout({ dims, mesh, rules: { batch: "data", heads: "model" } });
 */
export function defineLayout<Names extends string, Axis extends string>(
  spec: LayoutSpec<Names, Axis>,
): Layout<Names, Axis> {
  checkSpec(spec);
  const mistakes: Mistake[] = [];
  const check = (argument: string, rules: unknown) =>
    checked(
      ruleTable("defineLayout", argument, rules),
      Object.keys(spec.dims),
      spec.mesh,
      mistakes,
    );
  const rules = check("spec.rules", spec.rules);
  const storage = Object.entries(spec.storage ?? {}).map(([path, stored]) => ({
    path,
    rules: check(`spec.storage[${JSON.stringify(path)}]`, stored),
  }));
  if (mistakes.length > 0) throw mistaken(mistakes, spec);
  const { mesh, stored = "regather", sums } = spec;
  return Object.freeze({ mesh, rules, storage, stored, sums });
}

function checkSpec(spec: LayoutSpec<string, string>): void {
  optionsArgument("defineLayout", "spec", spec, [
    "dims",
    "mesh",
    "rules",
    "storage",
    "stored",
    "sums",
  ]);
  recordArgument("defineLayout", "spec.dims", spec.dims, "dims by their names, of defineDims");
  for (const [name, dim] of Object.entries<unknown>(spec.dims)) {
    if ((dim as Dimension | null | undefined)?.name === name) continue;
    const takes = `the dim '${name}', of defineDims or dimension`;
    throw wrongArgument("defineLayout", `spec.dims.${name}`, takes, dim);
  }
  meshArgument("defineLayout", "spec.mesh", spec.mesh);
  if (spec.storage !== undefined) {
    const takes = "an object of paths and rules";
    recordArgument("defineLayout", "spec.storage", spec.storage, takes);
  }
  wordArgument("defineLayout", "spec.stored", spec.stored ?? "regather", ["regather", "keep"]);
  wordArgument("defineLayout", "spec.sums", spec.sums ?? "whole", ["whole", "split"]);
}

/** A layout given to a function that places values by it. */
export function layoutArgument(fn: string, argument: string, layout: unknown): void {
  const { mesh, rules, storage } = (layout ?? {}) as Partial<Layout>;
  if (Array.isArray(rules) && Array.isArray(storage)) return meshArgument(fn, argument, mesh);
  const advice = ["defineLayout({ dims, mesh, rules })"];
  throw wrongArgument(fn, argument, "a layout", layout, { try: advice });
}

/** Rules as a table, whatever dims and axes they name. */
export function ruleTable(fn: string, argument: string, rules: unknown): RuleTable {
  const takes = 'an object of dims and axes, such as { batch: "data" }';
  const advice = typeof rules === "string" ? [`parseRules(${JSON.stringify(rules)})`] : [];
  recordArgument(fn, argument, rules, takes, advice);
  return Object.entries(rules as LayoutRules).flatMap(([dim, target]) => {
    if (target === undefined) return [];
    const axes: readonly unknown[] = Array.isArray(target) ? target : [target];
    for (const axis of axes) {
      if (typeof axis === "string") continue;
      throw wrongArgument(
        fn,
        `${argument}.${dim}`,
        "the name of an axis, or an array of them",
        axis,
      );
    }
    return [[dim, axes as readonly string[]] as const];
  });
}

interface Mistake {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly try?: string;
}

/** The table, once it is known which of its rules name no dim or no axis. */
function checked(
  table: RuleTable,
  dims: readonly string[],
  mesh: Mesh,
  mistakes: Mistake[],
): RuleTable {
  for (const [dim, axes] of table) {
    const rule = `${dim} -> ${axes.join(" + ")}`;
    if (!dims.includes(dim)) {
      mistakes.push(unknown("unknown-dim", rule, "no dimension is called", dim, dims));
    }
    for (const axis of axes) {
      if (!mesh.names.includes(axis)) {
        mistakes.push(unknown("unknown-axis", rule, "the mesh has no axis", axis, mesh.names));
      }
    }
    if (new Set(axes).size !== axes.length) {
      mistakes.push({
        code: "bad-rule",
        sentence: `rule ${rule}: an axis is written twice.`,
        try: `${dim} -> ${[...new Set(axes)].join(" + ")}`,
      });
    }
  }
  return table;
}

function unknown(
  code: ErrorCode,
  rule: string,
  what: string,
  name: string,
  known: readonly string[],
): Mistake {
  const near = nearest(name, known);
  const sentence = `rule ${rule}: ${what} '${name}'.`;
  return near === undefined
    ? { code, sentence }
    : { code, sentence, try: rule.replace(name, near) };
}

function mistaken(mistakes: readonly Mistake[], spec: LayoutSpec<string, string>): MtfError {
  const dims = Object.values<Dimension>(spec.dims);
  const first = mistakes[0]!;
  const several = mistakes.length > 1;
  return new MtfError(
    first.code,
    several ? `the layout has ${mistakes.length} mistakes.` : first.sentence,
    {
      evidence: [
        ...(several ? mistakes.map((m) => ["mistake", m.sentence] as const) : []),
        ["dims", printDims(dims)],
        ["mesh", printMesh(spec.mesh)],
        ["at", captureLine()],
      ],
      try: mistakes.flatMap((m) => m.try ?? []),
    },
  );
}

/**
 * Rules from text as command lines write them: `batch:data,heads:model`, several axes joined by +.
 *
 * @throws MtfError `bad-rule` for text that is not a rule, or a dim written twice
 * @example
 * parseRules("batch:pod+data,heads:model"); // { batch: ["pod", "data"], heads: ["model"] }
 */
export function parseRules(text: string): { readonly [dim: string]: readonly string[] } {
  const rules = new Map<string, readonly string[]>();
  if (textArgument("parseRules", "text", text).trim() === "") return {};
  for (const item of text.split(/[,;]/)) {
    const match = /^\s*(\w+)\s*:\s*(\w+(?:\s*\+\s*\w+)*)\s*$/.exec(item);
    if (!match || rules.has(match[1]!)) {
      const what = match ? "names a dim a second time" : "is not a rule";
      throw new MtfError("bad-rule", `'${item.trim()}' ${what}.`, {
        try: ["batch:data,heads:model"],
      });
    }
    const axes = match[2]!.split("+").map((axis) => axis.trim());
    rules.set(match[1]!, axes);
  }
  return Object.fromEntries(rules);
}
