import { type Combine, combine, type Folding } from "./across.ts";

/** What a shader says so that its threads know their subgroup, and combine numbers in it. */
export interface Subgroups {
  /** Comes first. */
  readonly enabling: string;
  readonly variables: string;
  readonly parameters: string;
  /** What `main` begins with. */
  readonly begin: string;
}

/** What another shader says of them. */
export const noSubgroups: Subgroups = { enabling: "", variables: "", parameters: "", begin: "" };

/**
 * `subgroup` is the number of a thread's own one of so many `subgroups`, `neighbour` its number in there
 * among so many `neighbours`. What the first leads to is the same in a whole subgroup, which compilers may
 * not see.
 */
export const inSubgroups: Subgroups = {
  enabling: "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n",
  variables: "var<private> subgroup: u32;\nvar<private> subgroups: u32;\n",
  parameters: `  @builtin(subgroup_id) own: u32,
  @builtin(num_subgroups) count: u32,
  @builtin(subgroup_invocation_id) neighbour: u32,
  @builtin(subgroup_size) neighbours: u32,
`,
  begin: "  subgroup = own;\n  subgroups = count;\n",
};

const combining: { readonly [C in Combine]: string } = {
  sum: "subgroupAdd",
  max: "subgroupMax",
  min: "subgroupMin",
};

/**
 * What `across` is, by subgroups of whatever size: only what each of them has made goes through shared
 * memory.
 */
export function acrossSubgroups(name: string, { how, type }: Folding, threads: number): string {
  const room = `${name}Room`;
  return `var<workgroup> ${room}: array<${type}, ${threads}>;
fn ${name}(lane: u32, mine: ${type}) -> ${type} {
  let ours = ${combining[how]}(mine);
  if (subgroupElect()) { ${room}[subgroup] = ours; }
  workgroupBarrier();
  var all = ${room}[0];
  for (var n = 1u; n < subgroups; n++) { all = ${combine(how, "all", `${room}[n]`)}; }
  workgroupBarrier();
  return all;
}
`;
}
