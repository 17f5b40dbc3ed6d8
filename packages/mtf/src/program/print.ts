import type { Op } from "../graph/kinds.ts";
import { printResting } from "../rest/print.ts";
import { dimOf } from "./bodies.ts";
import { bytesOf } from "./bytes.ts";
import { programArgument } from "./lowered.ts";
import { axesOf } from "./placement.ts";
import type { Binding, Instruction, Program, Rounds, Value } from "./program.ts";

/**
 * A program as text: a line for each instruction, with the placement of what it makes in the shape
 * (`f32[batch=8@data, embd=64]`), the bytes collectives move and the line of source that asked.
 *
 * @example
 * writeFileSync("step.txt", printProgram(lower(step, { layout, inputs }).program));
 */
export function printProgram(program: Program): string {
  programArgument("printProgram", "program", program);
  const mesh = Object.entries(program.mesh).map(([axis, size]) => `${axis}:${size}`);
  const rows: Row[] = [
    ...program.inputs.map((input): Row => {
      const given = input.donated ? "donated input" : "input";
      return { text: `%${input.value} ${typeOf(program, input.value)} = ${given} ${input.path}` };
    }),
    ...program.instructions.flatMap((instruction) => rowsOf(program, instruction, "")),
    ...program.outputs.map((output): Row => ({ text: `output ${output.path} = %${output.value}` })),
  ];
  const width = Math.min(96, Math.max(0, ...rows.filter((r) => r.note).map((r) => r.text.length)));
  const lines = rows.map((r) => (r.note ? `${r.text.padEnd(width)}  ${r.note}` : r.text));
  return [`program on mesh ${mesh.join(",")}`.trimEnd(), ...lines.map((line) => `  ${line}`)].join(
    "\n",
  );
}

interface Row {
  readonly text: string;
  readonly note?: string;
}

function rowsOf(program: Program, instruction: Instruction, indent: string): Row[] {
  const { line, cause, pass } = instruction.origin;
  const where = pass === "forward" ? line : `${line} ${pass}`;
  const text = `${indent}${printInstruction(program, instruction)}`;
  switch (instruction.kind) {
    case "compute":
      return [{ text, note: where }];
    case "start":
      return rowsOf(program, instruction.collective, `${indent}start `);
    case "wait":
      return [{ text }];
    case "reduce":
    case "move":
      return [{ text, note: `${printBytes(bytesOf(program, instruction))}  ${cause} ${where}` }];
    case "bucket":
      return instruction.reduces.flatMap((reduce, i) => {
        return rowsOf(program, reduce, i === 0 ? indent : `${indent}and `);
      });
    case "region": {
      const { rounds, body, carried, summed, stacked } = instruction;
      const made = (value: number) => `%${value} ${typeOf(program, value)}`;
      const inside = (instructions: readonly Instruction[]) =>
        instructions.flatMap((inner) => rowsOf(program, inner, `${indent}  `));
      const sum = (b: Binding, i: number) =>
        rounds.kind === "either"
          ? `%${b.inner} or %${rounds.otherwise.results[i]}`
          : `sum of %${b.inner}`;
      const ends = [
        ...carried.map((c) => ({ text: `${indent}${made(c.result)} = last of %${c.next}` })),
        ...summed.map((b, i) => ({ text: `${indent}${made(b.outer)} = ${sum(b, i)}` })),
        ...stacked.map((b) => ({ text: `${indent}${made(b.outer)} = stack of %${b.inner}` })),
      ];
      switch (rounds.kind) {
        case "each":
          return [{ text, note: where }, ...inside(body), ...ends];
        case "while": {
          const { instructions, results } = rounds.condition;
          const until = { text: `${indent}as long as %${results[0]}` };
          return [{ text, note: where }, ...inside(instructions), until, ...inside(body), ...ends];
        }
        case "either": {
          const other = { text: `${indent}else` };
          const others = inside(rounds.otherwise.instructions);
          return [{ text, note: where }, ...inside(body), other, ...others, ...ends];
        }
      }
    }
  }
}

/** `%5 f32[batch=8] partial(model) = einsum(%4, %2)`; of a region, its head. */
export function printInstruction(program: Program, instruction: Instruction): string {
  const made = (value: number) => `%${value} ${typeOf(program, value)}`;
  const list = (values: readonly number[]) => values.map((v) => `%${v}`);
  switch (instruction.kind) {
    case "compute": {
      const { op, operands, results } = instruction;
      return `${results.map(made).join(", ")} = ${printOp(op, list(operands))}`;
    }
    case "reduce": {
      const { name, fn, axes, operand, result } = instruction;
      return `${made(result)} = ${name}(${fn}, ${axes.join("+")}) %${operand}`;
    }
    case "bucket":
      return instruction.reduces.map((reduce) => printInstruction(program, reduce)).join(" and ");
    case "start":
      return `start ${printInstruction(program, instruction.collective)}`;
    case "wait":
      return `wait for ${list(instruction.results).join(", ")}`;
    case "move": {
      const { name, axes, operands, result } = instruction;
      const over = axes.length > 0 ? `(${axes.join("+")})` : "";
      return `${made(result)} = ${name}${over} ${list(operands).join(", ")}`;
    }
    case "region": {
      const bind = (b: { inner: number; outer: number }) => `%${b.inner} = %${b.outer}`;
      const { rounds, carried, sliced, constant } = instruction;
      const at = sliced.map((b) => `${bind(b)}[${dimOf(rounds)?.name}]`);
      const given = [...at, ...constant.map(bind)].join(", ");
      const carry = carried.map((c) => `%${c.inner} = %${c.initial} then %${c.next}`).join(", ");
      return `${printRounds(rounds)}${carry && ` carrying ${carry}`}${given && ` with ${given}`}`;
    }
  }
}

/** `for each of time=5 in reverse`, `if %3` */
function printRounds(rounds: Rounds): string {
  switch (rounds.kind) {
    case "each": {
      const { dim, reverse, count, own } = rounds;
      const split = own ? `@${own.axes.join("+")}` : "";
      const which = count === undefined ? "each of" : `the first %${count} of`;
      return `for ${which} ${dim.name}=${dim.size}${split}${reverse ? " in reverse" : ""}`;
    }
    case "while":
      return rounds.most ? `while (${rounds.most.name}=${rounds.most.size} at most)` : "while";
    case "either":
      return `if %${rounds.predicate}`;
  }
}

function typeOf(program: Program, value: number): string {
  return printValue(program.values[value]!);
}

/** `f32[batch=8@data, embd=64] partial(model)` */
export function printValue(value: Value): string {
  const dims = value.dims.map((d) => {
    const axes = axesOf(value.placement, d.name);
    return `${d.name}=${d.size}${axes.length > 0 ? `@${axes.join("+")}` : ""}`;
  });
  const { partial } = value.placement;
  const owed = partial.length > 0 ? ` partial(${partial.join("+")})` : "";
  return `${printResting(value, dims.join(", "))}${owed}`;
}

/** `mul(%1, 2)`, `reduce(%1, fn=sum, over=[embd])`: the op, its operands and its attributes. */
function printOp(op: Op, operands: readonly string[]): string {
  if (op.kind === "elementwise") {
    let next = 0;
    const written = op.attributes.scalars.map((s) => (s === null ? operands[next++] : `${s}`));
    return `${op.attributes.fn}(${written.join(", ")})`;
  }
  const attributes = Object.entries(op.attributes as Record<string, unknown>)
    .filter(([key]) => key !== "data")
    .map(([key, value]) => `${key}=${printAttribute(value)}`);
  return `${op.kind}(${[...operands, ...attributes].join(", ")})`;
}

function printAttribute(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printAttribute).join(" ")}]`;
  if (typeof value === "object" && value !== null) {
    if ("name" in value && "size" in value) return `${value.name}=${value.size}`;
    const within = Object.entries(value).map(([key, inner]) => `${key}=${printAttribute(inner)}`);
    return `(${within.join(" ")})`;
  }
  return `${value}`;
}

/** `8,192 B` */
export function printBytes(bytes: number): string {
  return `${Math.round(bytes).toLocaleString("en-US")} B`;
}
