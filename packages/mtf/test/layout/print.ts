import { build, type DrawnProgram } from "./build.ts";
import { printArgument, printCalls } from "./call.ts";
import type { CaseData } from "./case.ts";
import { type WrittenLayout, writtenLayout } from "./layoutOf.ts";

/** A case as a program that a person can paste and read. */
export function printCase(data: CaseData): string {
  const layout = writtenLayout(data);
  const program = build(data, Object.keys(layout.mesh));
  return [printLayout(layout, data.donate), printProgram(program)].join("\n");
}

function printLayout(
  { mesh, rules, storage, stored, sums }: WrittenLayout,
  donate: boolean,
): string {
  const lines = [
    `mesh     ${Object.entries(mesh)
      .map(([axis, n]) => `${axis}:${n}`)
      .join(",")}`,
    `rules    ${printRules(rules)}`,
    ...Object.entries(storage).map(
      ([path, own]) => `storage  "${path}" ${printRules(own)} ${stored}, sums ${sums}`,
    ),
  ];
  return (donate ? [...lines, "donate   [0]"] : lines).join("\n");
}

const printRules = (rules: WrittenLayout["rules"]) =>
  Object.entries(rules)
    .map(([dim, axes]) => `${dim}:${axes.join("+")}`)
    .join(",");

function printProgram({ inputs, calls, outputs, update }: DrawnProgram): string {
  const lines = inputs.map(({ name, id, dims, dtype, rest, given }) => {
    const as = rest ? JSON.stringify({ rest }) : `"${dtype}"`;
    const type = `${printArgument(dims)}, ${as}`;
    return `const t${id} = placeholder(${type}); // ${name} = [${given.join(", ")}]`;
  });
  const result = outputs.map(({ id, exact }) => `t${id}${exact ? " (exact)" : ""}`).join(", ");
  return [...lines, printCalls(calls, ""), `outputs  ${result}; then ${update}`].join("\n");
}
