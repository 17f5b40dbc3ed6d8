import { dtypeAbbreviation } from "../dtype.ts";
import type { Op } from "../graph/kinds.ts";
import { bytesOf } from "./bytes.ts";
import { programArgument } from "./lowered.ts";
import { axesOf } from "./placement.ts";
import type { Instruction, Program, Value } from "./program.ts";

/**
 * A program as text: a line for each instruction, with the placement of what it makes in the shape
 * (`f32[batch=8@data, embd=64]`), the bytes collectives move and the line of source that asked.
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
  return [`program on mesh ${mesh.join(",")}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

interface Row {
  readonly text: string;
  readonly note?: string;
}

function rowsOf(program: Program, instruction: Instruction, indent: string): Row[] {
  const { line, cause, pass } = instruction.origin;
  const where = pass === "forward" ? line : `${line} ${pass}`;
  const made = (value: number) => `%${value} ${typeOf(program, value)}`;
  switch (instruction.kind) {
    case "compute": {
      const results = instruction.results.map(made).join(", ");
      const operands = instruction.operands.map((v) => `%${v}`);
      const text = `${indent}${results} = ${printOp(instruction.op, operands)}`;
      return [{ text, note: where }];
    }
    case "reduce": {
      const { name, fn, axes, operand, result } = instruction;
      const call = `${name}(${fn}, ${axes.join("+")}) %${operand}`;
      const note = `${printBytes(bytesOf(program, instruction))}  ${cause} ${where}`;
      return [{ text: `${indent}${made(result)} = ${call}`, note }];
    }
    case "move": {
      const { name, axes, operands, result } = instruction;
      const over = axes.length > 0 ? `(${axes.join("+")})` : "";
      const call = `${name}${over} ${operands.map((v) => `%${v}`).join(", ")}`;
      const note = `${printBytes(bytesOf(program, instruction))}  ${cause} ${where}`;
      return [{ text: `${indent}${made(result)} = ${call}`, note }];
    }
    case "loop": {
      const bind = (b: { inner: number; outer: number }) => `%${b.inner} = %${b.outer}`;
      const { dim, sliced, constant, summed, stacked } = instruction;
      const at = sliced.map((b) => `${bind(b)}[${dim.name}]`);
      const given = [...at, ...constant.map(bind)].join(", ");
      const given2 = given === "" ? "" : ` with ${given}`;
      const ends = [
        ...summed.map((b) => ({ text: `${indent}${made(b.outer)} = sum of %${b.inner}` })),
        ...stacked.map((b) => ({ text: `${indent}${made(b.outer)} = stack of %${b.inner}` })),
      ];
      return [
        { text: `${indent}for each of ${dim.name}=${dim.size}${given2}`, note: where },
        ...instruction.body.flatMap((inner) => rowsOf(program, inner, `${indent}  `)),
        ...ends,
      ];
    }
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
  return `${dtypeAbbreviation[value.dtype]}[${dims.join(", ")}]${owed}`;
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
  if (typeof value === "object" && value !== null && "name" in value && "size" in value) {
    return `${value.name}=${value.size}`;
  }
  return `${value}`;
}

/** `8,192 B` */
export function printBytes(bytes: number): string {
  return `${Math.round(bytes).toLocaleString("en-US")} B`;
}
