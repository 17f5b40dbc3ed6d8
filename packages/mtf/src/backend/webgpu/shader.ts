import type { DType } from "../../dtype.ts";
import { across, type Folding } from "./wgsl/across.ts";
import { helpersIn } from "./wgsl/helpers.ts";
import type { Narrow } from "./wgsl/narrow.ts";
import { acrossSubgroups, inSubgroups, noSubgroups } from "./wgsl/subgroups.ts";
import { scalar } from "./wgsl/text.ts";

/** A program for the GPU, and how much of it there is to run. */
export interface Shader {
  /** What it reads, as `x0`, `x1` …: numbers that rest narrow are widened where it reads them. */
  readonly reads: readonly (DType | Narrow)[];
  /** What it writes, and may read, as `y0`, `y1` … */
  readonly writes: readonly DType[];
  /** Threads in a workgroup. */
  readonly threads: number;
  /** How many workgroups run. */
  readonly groups: number;
  /** What lies outside of the body: shared memory, functions. */
  readonly declarations?: string;
  /** Functions by which all threads of a workgroup combine a number of each, by their names. */
  readonly folds?: Readonly<Record<string, Folding>>;
  /** What each thread does, given the numbers `group` and `lane`. */
  readonly body: string;
  /** The same for threads that know their subgroup, which need no declarations. */
  readonly inSubgroups?: string;
}

/**
 * WGSL of a shader. Workgroups beyond what a dimension takes go into a second one.
 *
 * @param subgroups whether the device has them
 */
export function sourceOf(shader: Shader, subgroups: boolean): string {
  const { reads, writes, threads, groups, folds = {} } = shader;
  const own = subgroups ? shader.inSubgroups : undefined;
  const body = throughFunctions(reads, own ?? shader.body);
  const grouped = own !== undefined || (subgroups && Object.keys(folds).length > 0);
  const { enabling, variables, parameters, begin } = grouped ? inSubgroups : noSubgroups;
  const fold = grouped ? acrossSubgroups : across;
  const declarations = [
    ...(own === undefined ? [shader.declarations ?? ""] : []),
    ...Object.entries(folds).map(([name, folding]) => fold(name, folding, threads)),
  ].join("");
  const bindings = [
    ...reads.map((read, i) => {
      const type = typeof read === "string" ? scalar[read] : "u32";
      return `var<storage, read> x${i}: array<${type}>;`;
    }),
    ...writes.map((dtype, i) => `var<storage, read_write> y${i}: array<${scalar[dtype]}>;`),
  ];
  return `${enabling}${bindings.map((line, i) => `@group(0) @binding(${i}) ${line}`).join("\n")}
// Known only when it runs: an infinity that is written out does not compile.
var<private> nothing: u32 = 0u;
${variables}${helpersIn(declarations + body)}${declarations}${functionsOf(reads)}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
${parameters}) {
  let group = workgroup.x + workgroup.y * workgroups.x;
  if (group >= ${groups}u) { return; }
${begin}${body}
}
`;
}

/** The body with functions in the place of arrays that rest narrow: no index has brackets of its own. */
function throughFunctions(reads: Shader["reads"], body: string): string {
  return body.replace(/\bx(\d+)\[([^\][]*)\]/g, (element, n: string, place: string) =>
    typeof reads[Number(n)] === "string" ? element : `narrow${n}(${place})`,
  );
}

function functionsOf(reads: Shader["reads"]): string {
  const functions = reads.map((read, n) => {
    if (typeof read === "string") return "";
    return `fn narrow${n}(p: u32) -> f32 {\n${read.body.replaceAll("words[", `x${n}[`)}\n}\n`;
  });
  return functions.join("");
}

/** The threads of a shader in which each makes some elements on its own. */
const aside = 64;

/** A shader that runs `body` once for each `i` below `count`. */
export function each(
  count: number,
  parts: Pick<Shader, "reads" | "writes" | "declarations" | "body">,
): Shader {
  return {
    ...parts,
    threads: aside,
    groups: Math.ceil(count / aside),
    body: `  let i = group * ${aside}u + lane;\n  if (i >= ${count}u) { return; }\n${parts.body}`,
  };
}
