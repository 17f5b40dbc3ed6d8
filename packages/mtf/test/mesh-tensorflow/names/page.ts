import type { Entries, Entry } from "./entry.ts";

/** The kinds of entries, and how many there are of each. */
export function counted(modules: Readonly<Record<string, Entries>>): Record<Entry["kind"], number> {
  const counts = { here: 0, unneeded: 0, absent: 0 };
  for (const entries of Object.values(modules)) {
    for (const { kind } of Object.values(entries)) counts[kind]++;
  }
  return counts;
}

/** An export and the module that has it: `nn.causal` is `causal` of `mtf/nn`. */
export function exportOf(name: string): { readonly module: string; readonly name: string } {
  const dot = name.indexOf(".");
  if (dot < 0) return { module: "mtf", name };
  const short = name.slice(0, dot);
  return { module: short === "gpt-neo" ? short : `mtf/${short}`, name: name.slice(dot + 1) };
}

function printed(given: string): string {
  const { module, name } = exportOf(given);
  return module === "mtf" ? `\`${name}\`` : `\`${name}\` of \`${module}\``;
}

function cell(entry: Entry): string {
  if (entry.kind === "unneeded") return entry.why;
  if (entry.kind === "absent") return `**Not here.** ${entry.why}`;
  const exports = entry.exports.map(printed).join(", ");
  return entry.how ? `${exports}: ${entry.how}` : exports;
}

/** A table whose columns are as wide as the widest of their cells, as the formatter wants it. */
function table(rows: readonly (readonly [string, string])[]): string {
  const [first, second] = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = ([a, b]: readonly [string, string]) =>
    `| ${a.padEnd(first!)} | ${b.padEnd(second!)} |`;
  const rule = line(["-".repeat(first!), "-".repeat(second!)]);
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}

function section(module: string, entries: Entries): string {
  const rows = Object.entries(entries).map(
    ([name, entry]) => [`\`${name}\``, cell(entry)] as const,
  );
  return `## ${module}\n\n${table([["Mesh-TensorFlow", "here"], ...rows])}`;
}

/** The page of all names. */
export function pageOf(modules: Readonly<Record<string, Entries>>): string {
  const { here, unneeded, absent } = counted(modules);
  return `# From Mesh-TensorFlow

What one has here for each of the ${here + unneeded + absent} public names of Mesh-TensorFlow 0.1.21, by its modules. Of them
${here} are replaced by exports, ${unneeded} are not needed, for the reason given, and ${absent} are not here.

Names without a module are of [\`mtf\`](api/mtf.md); the others are of [\`mtf/nn\`](api/mtf/nn.md), of other modules in
the [API reference](api/README.md), and of [\`gpt-neo\`](../../gpt-neo/docs/api/README.md). \`mtf.abs\`, \`mtf.pow\`,
\`mtf.range\` and \`mtf.slice\` are here as \`mtf_abs\` and so on, as their module calls them. A class of operations has
the function that makes them beside it.

${Object.entries(modules)
  .map(([module, entries]) => section(module, entries))
  .join("\n\n")}
`;
}
