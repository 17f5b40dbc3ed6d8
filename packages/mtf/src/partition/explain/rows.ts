import { movingSeconds } from "../../cost/movingSeconds.ts";
import { runsExpected } from "../../cost/roundsExpected.ts";
import type { Pass } from "../../graph/node.ts";
import { improveProgram } from "../../passes/improve.ts";
import { bodiesOf } from "../../program/bodies.ts";
import { bytesOf } from "../../program/bytes.ts";
import { type Instruction, type Program, type Value, writesOf } from "../../program/program.ts";
import type { Shaped } from "../../program/transfer.ts";
import type { SourceLine } from "../../sourceLine.ts";
import { lookAhead } from "../lookAhead.ts";
import type { Choice } from "../plan/choice.ts";
import { wishesOf } from "../wishes.ts";
import { type Alternative, alternativesAmong } from "./alternatives.ts";
import { readersIn } from "./readers.ts";
import type { PlanSource } from "./source.ts";
import { type ChosenResult, type Why, whyOf, whyOfInput } from "./why.ts";

/** A value of a program: where it lies and why, what that costs, and what else there was. */
export interface ExplainedValue extends Value {
  /** Its number in the program. */
  readonly id: number;
  /** What makes it: an op, a collective, `input` or `loop`. */
  readonly op: string;
  readonly line: SourceLine;
  readonly pass: Pass;
  readonly why: Why;
  /** Seconds of the machine that making it takes in a run. */
  readonly seconds: number;
  /** Bytes that all devices together receive for it in a run. */
  readonly bytes: number;
  /**
   * Other ways to split the op that makes it, those first that repeat no work and cost least. They are
   * looked for when asked for.
   */
  readonly alternatives: readonly Alternative[];
}

/** The program that a function becomes under a layout, for a machine. */
export interface ExplainedProgram {
  readonly program: Program;
  /** A line for each of its values. */
  readonly values: readonly ExplainedValue[];
}

export function rowsOf(source: PlanSource): ExplainedProgram {
  const { traced, layout, donated, machine } = source;
  const planned = lookAhead(traced, layout, donated, machine);
  const { choices } = planned;
  // Passes keep what a value is, under whatever number, so that its choice is found by it.
  const program = improveProgram(planned.program, wishesOf(layout, machine));
  const alternativesTo = alternativesAmong(choices, layout.mesh, planned.plan.answers);
  const chosen = chosenAmong(choices);
  const readers = readersIn(program);
  const inputs = program.inputs.map((input, i): ExplainedValue => {
    const { line } = traced.inputs[i]!.tensor["~node"];
    const why = whyOfInput(program, input, layout);
    const about = { id: input.value, op: "input", line, pass: "forward", why } as const;
    const value = program.values[input.value]!;
    return { ...value, ...about, seconds: 0, bytes: 0, alternatives: [] };
  });
  const rows = (i: Instruction, runs: number): readonly ExplainedValue[] => {
    const bodies = i.kind === "region" ? bodiesOf(i) : [];
    const inside = bodies.flatMap(({ instructions, often }) =>
      instructions.flatMap((j) => rows(j, runs * runsExpected(often))),
    );
    const own = writesOf(i).map((id, at): ExplainedValue => {
      const part = partOf(i, at);
      const value = program.values[id]!;
      const result = chosen.get(value);
      const { line, pass } = part.origin;
      const why = whyOf({ ...planned, program }, layout, i, id, result) ?? {
        kind: "asked",
        ...readers(id),
      };
      // What is done as one is told with the first of it.
      const moving = { ...program, instructions: i.kind === "region" || at > 0 ? [] : [i] };
      let alternatives: readonly Alternative[] | undefined;
      return {
        ...value,
        ...{ id, op: nameOf(part), line, pass, why },
        seconds: runs * movingSeconds(moving, machine) + workOf(i, result),
        bytes: part.kind === "region" ? 0 : runs * bytesOf(program, part, layout.mesh),
        get alternatives() {
          alternatives ??= result ? alternativesTo(result) : [];
          return alternatives;
        },
      };
    });
    return [...inside, ...own];
  };
  const values = [...inputs, ...program.instructions.flatMap((i) => rows(i, 1))];
  return { program, values };
}

/** What is chosen for the values that ops give, by the values. */
function chosenAmong(choices: readonly Choice[]): ReadonlyMap<Shaped, ChosenResult> {
  const chosen = new Map<Shaped, ChosenResult>();
  for (const choice of choices) {
    choice.results.forEach(({ shaped }, result) => {
      chosen.set(shaped, { choice, result });
    });
  }
  return chosen;
}

/** Seconds of the op that makes a value, told with its first result. */
function workOf(instruction: Instruction, chosen: ChosenResult | undefined): number {
  if (instruction.kind !== "compute" || !chosen || chosen.result > 0) return 0;
  return chosen.choice.work;
}

/** What of an instruction makes one of its results: of a bucket, one of its reductions. */
function partOf(instruction: Instruction, at: number): Instruction {
  if (instruction.kind === "start") return partOf(instruction.collective, at);
  return instruction.kind === "bucket" ? instruction.reduces[at]! : instruction;
}

function nameOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case "compute": {
      const { op } = instruction;
      return op.kind === "elementwise" ? op.attributes.fn : op.kind;
    }
    case "reduce":
    case "move": {
      const { name, axes } = instruction;
      return axes.length > 0 ? `${name}(${axes.join("+")})` : name;
    }
    case "bucket":
      return instruction.reduces.map(nameOf).join("+");
    case "start":
      return nameOf(instruction.collective);
    case "wait":
      return "wait";
    case "region":
      return instruction.rounds.kind === "either" ? "cond" : "loop";
  }
}
