import { sharedWork } from "../cost/busySeconds.ts";
import { workOf } from "../cost/secondsAlone.ts";
import type { Pass } from "../graph/node.ts";
import { defineMesh } from "../mesh.ts";
import { bytesOf } from "../program/bytes.ts";
import { instructionName } from "../program/instructionName.ts";
import type { Instruction, Program } from "../program/program.ts";
import { axesTogether, isTogether } from "../program/together.ts";
import type { SourceLine } from "../sourceLine.ts";
import type { ProfileEvent } from "./event.ts";

/** What devices did for one line of source by one op. Figures are those of a device, on average. */
export interface ProfileRow {
  /** `einsum`, `all-reduce(data)`. */
  readonly op: string;
  readonly line: SourceLine;
  readonly pass: Pass;
  /** How often it was done. */
  readonly times: number;
  /** Milliseconds that a device worked, or moved bytes. */
  readonly milliseconds: number;
  /** Milliseconds that a device waited for others. */
  readonly waited: number;
  /** Operations on floating-point numbers, as the cost model counts them. */
  readonly operations: number;
  /** Bytes of what was read and made, or for a collective bytes that came from other devices. */
  readonly bytes: number;
  readonly collective: boolean;
}

/** Rows of what took longest first. */
export function rowsOf(events: readonly ProfileEvent[], devices: number): readonly ProfileRow[] {
  const facts = new Map<Instruction, Facts>();
  const rows = new Map<string, { -readonly [K in keyof ProfileRow]: ProfileRow[K] }>();
  for (const { program, instruction, begin, end, waited } of events) {
    const known = facts.get(instruction) ?? factsOf(program, instruction);
    facts.set(instruction, known);
    const { op, collective } = known;
    const { line, pass } = instruction.origin;
    const key = `${op} ${line} ${pass}`;
    const none = { times: 0, milliseconds: 0, waited: 0, operations: 0, bytes: 0 };
    const row = rows.get(key) ?? { op, line, pass, ...none, collective };
    rows.set(key, row);
    row.times += 1 / devices;
    row.milliseconds += (end - begin - waited) / devices;
    row.waited += waited / devices;
    row.operations += known.operations / devices;
    row.bytes += known.bytes / devices;
  }
  const took = ({ milliseconds, waited }: ProfileRow) => milliseconds + waited;
  return [...rows.values()].sort((a, b) => took(b) - took(a));
}

/** What is the same each time that an instruction is done. */
type Facts = Pick<ProfileRow, "op" | "operations" | "bytes" | "collective">;

function factsOf(program: Program, instruction: Instruction): Facts {
  const mesh = defineMesh(program.mesh);
  const name = instructionName(instruction);
  if (instruction.kind === "compute") {
    const { node, shares } = sharedWork(program, instruction, mesh);
    const { operations, bytes } = workOf(node);
    return {
      op: name,
      operations: operations / shares,
      bytes: bytes / shares,
      collective: false,
    };
  }
  const started = instruction.kind === "start" ? instruction.collective : instruction;
  const collective = instruction.kind === "wait" || isTogether(started);
  const over = isTogether(started) ? `(${axesTogether(started).join("+")})` : "";
  const op = `${instruction.kind === "start" ? "start " : ""}${name}${over}`;
  const moves = started.kind !== "region" && started.kind !== "wait";
  const bytes = moves ? bytesOf(program, started, mesh) / mesh.size : 0;
  return { op, operations: 0, bytes, collective };
}
