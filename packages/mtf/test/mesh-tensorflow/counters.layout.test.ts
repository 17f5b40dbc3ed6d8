import { afterAll, expect, it } from "vitest";
import { elements } from "../../src/dimension.ts";
import { defineLayout, defineMesh, dimension, type Mesh, parseRules } from "../../src/index.ts";
import { lower } from "../../src/partition/lower.ts";
import { bytesOf } from "../../src/program/bytes.ts";
import type { Program } from "../../src/program/index.ts";
import { splitAxes } from "../../src/program/placement.ts";
import { devices } from "../../src/program/transfer.ts";
import { type Separate, separate } from "../support/separate.ts";
import { fixture, type WrittenDims } from "./fixture.ts";
import { type CountedProgram, programs, reshapeProgram, shiftProgram } from "./programs.ts";

interface Counted {
  readonly program: string;
  readonly mesh: string;
  readonly layout: string;
  readonly description?: string;
  readonly from?: WrittenDims;
  readonly to?: WrittenDims;
  /** Counter and elements: of an all-reduce or all-concat the result on all devices. */
  readonly collectives: readonly (readonly [string, number])[];
}

const { counters, left_out } = fixture<{
  readonly counters: readonly Counted[];
  readonly left_out: Readonly<Record<string, number>>;
}>("layouts.json");

let description = "";
const cases = counters.map((of) => {
  description = of.description ?? (of.program === "shift" ? description : "");
  const [, offset] = /length=8\], (-?\d+)/.exec(description) ?? [];
  const name = `${of.program}${offset ? ` ${offset}` : ""}${of.from ? ` ${of.from} -> ${of.to}` : ""}`;
  return { ...of, name, offset: Number(offset) };
});

const rows: string[][] = [];

afterAll(() => {
  const head = ["program", "mesh", "layout", "elements", "ours", "bytes", "ours", ""];
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  "));
  const missing = Object.entries(left_out).map(([name, n]) => `${name} ${n}`);
  console.log(
    [...lines, `not here: ${missing.join(", ")}`].map((line) => line.trimEnd()).join("\n"),
  );
});

it.each(cases)("layout '$layout' on $mesh of $name: no more is communicated", (of) => {
  const mesh = defineMesh(of.mesh);
  const program = lowered(of, mesh);
  const theirs = {
    elements: of.collectives.reduce((sum, [name, n]) => sum + (name === "shift[0]" ? 0 : n), 0),
    bytes: of.collectives.reduce((sum, c) => sum + originalBytes(c, mesh), 0),
  };
  const ours = {
    elements: separate(program.instructions).reduce((sum, i) => sum + countOf(program, i, mesh), 0),
    bytes: program.instructions.reduce((sum, i) => sum + bytesOf(program, i), 0),
  };
  const less = ours.bytes < theirs.bytes ? whyLess(of.program, of.mesh) : "";
  rows.push([
    of.name,
    of.mesh,
    of.layout,
    ...[theirs.elements, ours.elements, theirs.bytes, ours.bytes].map(String),
    less,
  ]);
  const told = `${program.instructions.length} instructions`;
  // Of training programs its counts hold what nothing uses, and bytes depend on which of two equal sums
  // is taken first: for them its own unit decides. In it a gather counts like an all-reduce, which moves
  // twice as much: programs may come to more of it where they move less, those of training where they gather.
  const gathers = separate(program.instructions).some(
    (i) => "name" in i && i.name === "all-gather",
  );
  const isLess = ours.bytes < theirs.bytes;
  const byUnit = !isLess || (of.program.endsWith("_train") && !gathers);
  if (byUnit) expect(ours.elements, told).toBeLessThanOrEqual(theirs.elements);
  if (!of.program.endsWith("_train")) expect(ours.bytes, told).toBeLessThanOrEqual(theirs.bytes);
});

function lowered(of: (typeof cases)[number], mesh: Mesh): Program {
  const { inputs, fn } = programOf(of);
  const rules = parseRules(of.layout);
  const dims = Object.fromEntries(Object.keys(rules).map((name) => [name, dimension(name, 1)]));
  const layout = defineLayout<string, string>({ dims, mesh, rules });
  return lower(fn, { layout, inputs }).program;
}

function programOf(of: (typeof cases)[number]): CountedProgram {
  if (of.from && of.to) return reshapeProgram(of.from, of.to);
  return of.program === "shift" ? shiftProgram(of.offset) : programs[of.program]!;
}

/** What the original's collectives move at best: by the rules that our own bytes are counted by. */
function originalBytes([name, count]: readonly [string, number], mesh: Mesh): number {
  const [, kind, axes] = /^(\w+)(?:\/\[?([\d, ]+)\]?)?/.exec(name)!;
  if (kind === "shift") return name === "shift[0]" ? 0 : 4 * count;
  const group = axes!.split(",").reduce((n, at) => n * mesh.axes[mesh.names[Number(at)]!]!, 1);
  return (4 * count * (group - 1) * (kind === "allreduce" ? 2 : 1)) / group;
}

/** One of our collectives in the original's unit: elements on all devices together. */
function countOf(program: Program, instruction: Separate, mesh: Mesh): number {
  if (instruction.kind === "region") throw new Error("there are no loops among these programs");
  if (instruction.kind === "compute" || instruction.name === "slice") return 0;
  const laidOut = (value: number) => {
    const { dims, placement } = program.values[value]!;
    return (elements(dims) * mesh.size) / devices(splitAxes(placement), mesh);
  };
  switch (instruction.name) {
    case "all-reduce":
    case "all-gather":
      return laidOut(instruction.result);
    case "reduce-scatter":
      // Half of what an all-reduce of the same moves; the original has no such thing.
      return laidOut(instruction.operand) / 2;
    case "all-to-all":
      return laidOut(instruction.operands[0]!);
    case "exchange":
      return bytesOf(program, instruction) / 4;
  }
}

/** Why a program communicates less here. */
function whyLess(program: string, mesh: string): string {
  if (mesh.includes(":1")) return "an axis of one device communicates nothing";
  if (program === "shift") return "only what changes devices is sent, and nothing that falls off";
  if (program === "cumsum") return "the dim is gathered, which is half of an all-reduce";
  return "cotangents of one value are added before they are reduced, and unused ones not at all";
}
