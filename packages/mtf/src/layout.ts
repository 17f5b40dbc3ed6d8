import { type Dimension, printDims } from "./dimension.ts";
import { type ErrorCode, MtfError } from "./errors.ts";
import { type Mesh, printMesh } from "./mesh.ts";
import { nearest } from "./suggest.ts";

/** Which mesh axes split which dims; several axes split a dim recursively, outermost first. */
export type LayoutRules<Names extends string = string, Axis extends string = string> = {
  readonly [Name in Names]?: Axis | readonly Axis[];
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
   * (`"params"`, `"optimizer/mean"`, `""` for all). A rule here replaces the dim's rule above.
   */
  readonly storage?: {
    readonly [path: string]: LayoutRules<NoInfer<Names>, NoInfer<Axis>>;
  };
  readonly stored?: "regather" | "keep";
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
  const mistakes: Mistake[] = [];
  const check = (rules: LayoutRules) =>
    ruleTable(rules, Object.keys(spec.dims), spec.mesh, mistakes);
  const rules = check(spec.rules);
  const storage = Object.entries(spec.storage ?? {}).map(([path, stored]) => ({
    path,
    rules: check(stored as LayoutRules),
  }));
  if (mistakes.length > 0) throw mistaken(mistakes, spec);
  return Object.freeze({ mesh: spec.mesh, rules, storage, stored: spec.stored ?? "regather" });
}

interface Mistake {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly try?: string;
}

function ruleTable(
  rules: LayoutRules,
  dims: readonly string[],
  mesh: Mesh,
  mistakes: Mistake[],
): RuleTable {
  return Object.entries(rules).flatMap(([dim, target]) => {
    if (target === undefined) return [];
    const axes = typeof target === "string" ? [target] : [...target];
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
      mistakes.push({ code: "bad-rule", sentence: `rule ${rule}: an axis is written twice.` });
    }
    return [[dim, axes] as const];
  });
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
  const rules: Record<string, readonly string[]> = {};
  if (text.trim() === "") return rules;
  for (const item of text.split(/[,;]/)) {
    const match = /^\s*(\w+)\s*:\s*(\w+(?:\s*\+\s*\w+)*)\s*$/.exec(item);
    if (!match || rules[match[1]!]) {
      const what = match ? "names a dim a second time" : "is not a rule";
      throw new MtfError("bad-rule", `'${item.trim()}' ${what}.`, {
        try: ["batch:data,heads:model"],
      });
    }
    rules[match[1]!] = match[2]!.split("+").map((axis) => axis.trim());
  }
  return rules;
}
