import { movingSeconds } from "../../cost/movingSeconds.ts";
import type { Pass } from "../../graph/node.ts";
import { bytesOf } from "../../program/bytes.ts";
import { type Instruction, type Value, writesOf } from "../../program/program.ts";
import type { Shaped } from "../../program/transfer.ts";
import type { SourceLine } from "../../sourceLine.ts";
import { workSeconds } from "../choose.ts";
import { lookAhead } from "../lookAhead.ts";
import type { Choice } from "../plan/choice.ts";
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

/** A line for each value of the program that follows from a function, a layout and a machine. */
export function rowsOf(source: PlanSource): readonly ExplainedValue[] {
  const { traced, layout, donated, machine } = source;
  const planned = lookAhead(traced, layout, donated, machine);
  const { program, choices } = planned;
  const alternativesTo = alternativesAmong(choices, layout.mesh, machine);
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
    const inside = i.kind === "region" ? i.body.flatMap((j) => rows(j, runs * i.dim.size)) : [];
    const own = writesOf(i).map((id): ExplainedValue => {
      const value = program.values[id]!;
      const result = chosen.get(value);
      const { line, pass } = i.origin;
      const why = whyOf(planned, layout, i, id, result) ?? { kind: "asked", ...readers(id) };
      const moving = { ...program, instructions: i.kind === "region" ? [] : [i] };
      let alternatives: readonly Alternative[] | undefined;
      return {
        ...value,
        ...{ id, op: nameOf(i), line, pass, why },
        seconds: runs * movingSeconds(moving, machine) + workOf(i, result),
        bytes: i.kind === "region" ? 0 : runs * bytesOf(program, i, layout.mesh),
        get alternatives() {
          alternatives ??= result ? alternativesTo(result) : [];
          return alternatives;
        },
      };
    });
    return [...inside, ...own];
  };
  return [...inputs, ...program.instructions.flatMap((i) => rows(i, 1))];
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
  const { runs, situation, split } = chosen.choice;
  return runs * workSeconds(situation, split.assignment);
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
    case "region":
      return "loop";
  }
}
