import type { Mesh } from "../mesh.ts";
import type { Placement } from "../program/placement.ts";
import type { Origin, Program, Value } from "../program/program.ts";
import type { SourceLine } from "../sourceLine.ts";
import { addValue, type Builder, move, settle } from "./builder.ts";

/** A value that is to lie otherwise than it does. */
export interface Relocation {
  readonly path: string;
  readonly value: Value;
  readonly to: Placement;
}

/** The program that takes values where they lie and gives them where they are to lie. */
export function reshardProgram(
  relocations: readonly Relocation[],
  mesh: Mesh,
  donated: boolean,
  line: SourceLine,
): Program {
  const builder: Builder = { mesh, values: [], instructions: [], runs: 1 };
  const origin: Origin = { line, pass: "forward", cause: "reshard" };
  const inputs = relocations.map(({ path, value }) => {
    return { path, value: addValue(builder, value, value.placement), donated };
  });
  const outputs = relocations.map(({ path, to }, i) => {
    const owesNothing = settle(builder, inputs[i]!.value, to, origin);
    return { path, value: move(builder, owesNothing, to, origin) };
  });
  const { values, instructions } = builder;
  return { mesh: mesh.axes, values, inputs, outputs, instructions };
}
