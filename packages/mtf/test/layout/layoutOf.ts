import { defineDims, defineLayout, defineMesh, type Layout, type Mesh } from "mtf";
import type { CaseData, RuleData } from "./case.ts";
import { dimNames } from "./context.ts";

const axisNames = ["p", "q", "r"];

/** Parts of the paths of arguments and results that storage rules are about. */
const paths = ["params", "", "x0", "state", "outputs", "gradients", "1"];

// Layouts look at names only.
const dims = defineDims({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1 });

/** A layout as it is written. */
export interface WrittenLayout {
  readonly mesh: Readonly<Record<string, number>>;
  readonly rules: WrittenRules;
  readonly storage: Readonly<Record<string, WrittenRules>>;
  readonly stored: "keep" | "regather";
  readonly sums: "whole" | "split";
}

type WrittenRules = Readonly<Record<string, readonly string[]>>;

export function writtenLayout(data: CaseData): WrittenLayout {
  const mesh = Object.fromEntries(data.mesh.map((size, i) => [axisNames[i]!, size]));
  const axes = Object.keys(mesh);
  return {
    mesh,
    rules: rulesOf(data.rules, axes),
    storage: Object.fromEntries(
      data.storage.map(({ path, rules }) => [paths[path]!, rulesOf(rules, axes)]),
    ),
    stored: data.keep ? "keep" : "regather",
    sums: data.split ? "split" : "whole",
  };
}

function rulesOf(data: readonly RuleData[], axes: readonly string[]): WrittenRules {
  const rules: Record<string, readonly string[]> = {};
  for (const { dim, axes: picks } of data) {
    const left = [...axes];
    const own = picks.slice(0, axes.length).map((n) => left.splice(n % left.length, 1)[0]!);
    rules[dimNames[dim]!] ??= own;
  }
  return rules;
}

export function layoutFrom({ mesh, ...spec }: WrittenLayout): Layout & { mesh: Mesh } {
  return defineLayout<string, string>({ dims, mesh: defineMesh(mesh), ...spec });
}
