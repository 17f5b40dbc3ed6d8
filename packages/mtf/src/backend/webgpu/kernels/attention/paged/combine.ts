import type { PagedAttending } from "../../../../../graph/kinds.ts";
import { sizeOf } from "../../../../slices/walk.ts";
import { each, type Shader } from "../../../shader.ts";
import { placesAt } from "../../../wgsl/places.ts";
import { lowest } from "../lowest.ts";
import type { PagedLoop } from "./loop.ts";

/** The results of queries, of what each part of the tokens gave them; 0 where they see none. */
export function combined({ within }: PagedAttending, loop: PagedLoop): Shader {
  const { outer, lines, parts, depth, strides } = loop;
  const y = strides.at(-1)!;
  const count = sizeOf(lines);
  const loopOver = (body: string) =>
    `  for (var part = 0u; part < ${parts}u; part++) {
    let at = (i / ${depth}u * ${parts}u + part) * ${depth + 2}u;
${body}  }
`;
  return each(sizeOf(outer) * count * depth, {
    reads: ["float32"],
    writes: ["float32"],
    body: `  let z = i / ${count * depth}u;
  let line = i / ${depth}u % ${count}u;
  let d = i % ${depth}u;
  var best = ${lowest};
${loopOver(`    best = max(best, x0[at + ${depth}u]);\n`)}  var sum = 0.0;
  var total = 0.0;
${loopOver(`    let factor = exp(x0[at + ${depth}u] - best);
    sum += factor * x0[at + d];
    total += factor * x0[at + ${depth + 1}u];
`)}  y0[${placesAt("z", outer, [y])[0]} + ${placesAt("line", lines, [y])[0]} + d * ${y[within]}u] = select(0.0, sum / total, total > 0.0);`,
  });
}
