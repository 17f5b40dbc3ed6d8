import {
  defineDims,
  defineMesh,
  type Instruction,
  ledger,
  type Origin,
  type Placement,
  placeholder,
  type Tensor,
} from "mtf";
import { type Held, workers } from "mtf/workers";
import { handWritten } from "./lib/hand-written.ts";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, size, table } from "./lib/report.ts";

const help = `
How fast do two workers exchange numbers, and how fast is a plain copy?

  npm run bench -- collectives [--rounds N] [--json]

A tensor of 4 KB to 64 MB in all goes through each collective, many times in one program. GB/s are
the bytes that both workers together receive from each other (what a program's ledger counts) over
time; a reduction also reads and adds as much. memcpy is TypedArray.set of as many bytes as the
tensor has, in one thread, in the same run: it copies without anybody waiting for it.

  --rounds N  how often everything takes turns (5)`;

const { json, quick, values } = readOptions(help, ["rounds"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 5);
const sizes = quick ? [4 << 10, 64 << 10] : [4, 16, 64, 256, 1024, 4096, 16384, 65536].map(kilo);
const mesh = defineMesh({ data: 2 });

const whole: Placement = { split: {}, partial: [] };
const owed: Placement = { split: {}, partial: ["data"] };
const byRow: Placement = { split: { row: ["data"] }, partial: [] };
const byColumn: Placement = { split: { column: ["data"] }, partial: [] };

interface Kind {
  readonly from: Placement;
  readonly to: Placement;
  instruction(operand: number, result: number): Instruction;
}

const origin: Origin = { line: "bench/collectives.ts", pass: "forward", cause: "bench" };
const axes = ["data"];
const reduce = (name: "all-reduce" | "reduce-scatter") => (operand: number, result: number) =>
  ({ kind: "reduce", name, fn: "sum", axes, operand, result, origin }) as const;
const move =
  (name: "all-gather" | "all-to-all" | "exchange", rows: readonly number[] = [0]) =>
  (operand: number, result: number) =>
    ({
      kind: "move",
      name,
      axes,
      operands: rows.map(() => operand),
      offsets: rows.map((row) => ({ row })),
      fill: 0,
      result,
      origin,
    }) as const;

const kinds: Readonly<Record<string, Kind>> = {
  "all-reduce": { from: owed, to: whole, instruction: reduce("all-reduce") },
  "reduce-scatter": { from: owed, to: byRow, instruction: reduce("reduce-scatter") },
  "all-gather": { from: byRow, to: whole, instruction: move("all-gather") },
  "all-to-all": { from: byRow, to: byColumn, instruction: move("all-to-all") },
  // The rows turn by one of four: half of what a device needs is the other's.
  exchange: { from: byRow, to: byRow, instruction: move("exchange", [1, -3]) },
};

interface Case {
  readonly collective: string;
  readonly bytes: number;
  /** Received from others, by all devices, each time. */
  readonly received: number;
  /** Runs it once: milliseconds for one collective, or copy. */
  once(): Promise<number>;
  close(): Promise<void>;
}

const devices = await workers(mesh);
try {
  const results = [];
  for (const bytes of sizes) {
    const cases: Case[] = [memcpy(bytes)];
    for (const [name, kind] of Object.entries(kinds))
      cases.push(await collective(name, kind, bytes));
    for (const each of cases) await each.once();
    const times = cases.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, each] of cases.entries()) times[i]!.push(await each.once());
    }
    for (const each of cases) await each.close();
    const figures = cases.map(({ collective: name, received }, i) => {
      const milliseconds = median(times[i]!);
      return {
        collective: name,
        bytes,
        received,
        microseconds: 1000 * milliseconds,
        gigabytesPerSecond: received / milliseconds / 1e6,
      };
    });
    const copied = figures[0]!.gigabytesPerSecond;
    for (const f of figures) results.push({ ...f, ofMemcpy: f.gigabytesPerSecond / copied });
    note(`${size(bytes)} done`);
  }
  if (json) printLines(results);
  else print(results);
} finally {
  await devices.close();
}

/** How often in one measurement: about as long for every size, and never only once. */
function repeats(bytes: number): number {
  return Math.max(2, Math.min(quick ? 8 : 256, Math.round((64 << 20) / bytes)));
}

function memcpy(bytes: number): Case {
  const from = new Float32Array(bytes / 4).fill(1);
  const to = new Float32Array(bytes / 4);
  const count = repeats(bytes);
  return {
    collective: "memcpy",
    bytes,
    received: bytes,
    async once() {
      const since = performance.now();
      for (let i = 0; i < count; i++) to.set(from);
      return (performance.now() - since) / count;
    },
    async close() {},
  };
}

/** A program of nothing but one collective, again and again on the same tensor. */
async function collective(name: string, kind: Kind, bytes: number): Promise<Case> {
  const dims = defineDims({ row: 4, column: bytes / 16 });
  const tensor = placeholder([dims.row, dims.column]);
  const given = await filled(tensor, kind.from, bytes);
  const count = repeats(bytes);
  const steps = Array.from({ length: count }, (_, i) => {
    return { to: kind.to, instruction: kind.instruction(0, i + 1) };
  });
  const lowered = handWritten(mesh.axes, tensor, kind.from, steps);
  const run = await devices.load(lowered);
  return {
    collective: name,
    bytes,
    received: ledger(lowered.program).bytes / count,
    async once() {
      const since = performance.now();
      const [made] = await run(given as never);
      // One number, so that the run has ended.
      await made.readBox([
        { begin: 0, size: 1 },
        { begin: 0, size: 1 },
      ]);
      const milliseconds = performance.now() - since;
      made.dispose();
      return milliseconds / count;
    },
    async close() {
      given.dispose();
      await run.unload();
    },
  };
}

type Grid = Tensor<"row" | "column">;

/** A tensor of ones on the devices. Where a sum is owed, it is made there: each has its own ones. */
async function filled(tensor: Grid, placement: Placement, bytes: number): Promise<Held<Grid>> {
  const ones = new Float32Array(bytes / 4).fill(1);
  if (placement !== owed) return (await devices.put(tensor as never, placement, ones)) as never;
  const op = { kind: "elementwise", attributes: { fn: "mul", scalars: [null, 1] } } as const;
  const instruction = { kind: "compute", op, operands: [0], results: [1], origin } as const;
  const run = await devices.load(
    handWritten(mesh.axes, tensor, whole, [{ to: owed, instruction }]),
  );
  const [made] = await run(ones as never);
  await run.unload();
  return made;
}

function print(
  results: readonly {
    collective: string;
    bytes: number;
    gigabytesPerSecond: number;
    microseconds: number;
  }[],
): void {
  const names = ["memcpy", ...Object.keys(kinds)];
  const rows = (of: (r: (typeof results)[number]) => number) =>
    sizes.map((bytes) => [
      size(bytes),
      ...names.map((name) => {
        const found = results.find((r) => r.collective === name && r.bytes === bytes);
        return figure(of(found!));
      }),
    ]);
  console.log(
    table(
      ["GB/s", ...names],
      rows((r) => r.gigabytesPerSecond),
    ),
  );
  console.log(
    `\n${table(
      ["µs", ...names],
      rows((r) => r.microseconds),
    )}`,
  );
}

function kilo(n: number): number {
  return n << 10;
}
