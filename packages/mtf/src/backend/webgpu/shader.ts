import type { DType } from "../../dtype.ts";
import { helpersIn } from "./wgsl/helpers.ts";
import { scalar } from "./wgsl/text.ts";

/** A program for the GPU, and how much of it there is to run. */
export interface Shader {
  /** What it reads, as `x0`, `x1` … */
  readonly reads: readonly DType[];
  /** What it writes, and may read, as `y0`, `y1` … */
  readonly writes: readonly DType[];
  /** Threads in a workgroup. */
  readonly threads: number;
  /** How many workgroups run. */
  readonly groups: number;
  /** What lies outside of the body: shared memory, functions. */
  readonly declarations?: string;
  /** What each thread does, given the numbers `group` and `lane`. */
  readonly body: string;
}

/** WGSL of a shader. Workgroups beyond what a dimension takes go into a second one. */
export function sourceOf(shader: Shader): string {
  const { reads, writes, threads, groups, declarations = "", body } = shader;
  const bindings = [
    ...reads.map((dtype, i) => `var<storage, read> x${i}: array<${scalar[dtype]}>;`),
    ...writes.map((dtype, i) => `var<storage, read_write> y${i}: array<${scalar[dtype]}>;`),
  ];
  return `${bindings.map((line, i) => `@group(0) @binding(${i}) ${line}`).join("\n")}
// Known only when it runs: an infinity that is written out does not compile.
var<private> nothing: u32 = 0u;
${helpersIn(declarations + body)}${declarations}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = workgroup.x + workgroup.y * workgroups.x;
  if (group >= ${groups}u) { return; }
${body}
}
`;
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
