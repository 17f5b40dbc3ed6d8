import {
  defineDims,
  type Instruction,
  ledger,
  type Mesh,
  type Origin,
  type Placement,
  placeholder,
  type Tensor,
} from "mtf";
import type { Devices, Held } from "mtf/workers";
import { handWritten } from "./hand-written.ts";

/** Devices along one axis, `data`, and how often a program of theirs does what is measured. */
export interface Measured {
  readonly devices: Devices;
  readonly count: number;
}

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

/** The collectives by name. */
export const kinds: Readonly<Record<string, Kind>> = {
  "all-reduce": { from: owed, to: whole, instruction: reduce("all-reduce") },
  "reduce-scatter": { from: owed, to: byRow, instruction: reduce("reduce-scatter") },
  "all-gather": { from: byRow, to: whole, instruction: move("all-gather") },
  "all-to-all": { from: byRow, to: byColumn, instruction: move("all-to-all") },
  // The rows turn by one of four: half of what a device needs is the other's.
  exchange: { from: byRow, to: byRow, instruction: move("exchange", [1, -3]) },
};

/** Something that is measured. */
export interface Case {
  readonly collective: string;
  readonly bytes: number;
  /** Received from others, by all devices, each time. */
  readonly received: number;
  /** Runs it once: milliseconds for one collective, or copy. */
  once(): Promise<number>;
  close(): Promise<void>;
}

/** How often in one measurement: about as long for every size, and never only once. */
export function repeats(bytes: number, quick: boolean): number {
  return Math.max(2, Math.min(quick ? 8 : 256, Math.round((64 << 20) / bytes)));
}

/** A program of nothing but one collective, again and again on the same tensor. */
export async function collective(
  name: string,
  bytes: number,
  { devices, count }: Measured,
): Promise<Case> {
  const kind = kinds[name]!;
  const { axes: meshAxes } = devices.mesh as Mesh;
  const dims = defineDims({ row: 4, column: bytes / 16 });
  const tensor = placeholder([dims.row, dims.column]);
  const given = await filled(devices, tensor, kind.from, bytes);
  const steps = Array.from({ length: count }, (_, i) => {
    return { to: kind.to, instruction: kind.instruction(0, i + 1) };
  });
  const lowered = handWritten(meshAxes, tensor, kind.from, steps);
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
async function filled(
  devices: Devices,
  tensor: Grid,
  placement: Placement,
  bytes: number,
): Promise<Held<Grid>> {
  const ones = new Float32Array(bytes / 4).fill(1);
  if (placement !== owed) return (await devices.put(tensor as never, placement, ones)) as never;
  const op = { kind: "elementwise", attributes: { fn: "mul", scalars: [null, 1] } } as const;
  const instruction = { kind: "compute", op, operands: [0], results: [1], origin } as const;
  const run = await devices.load(
    handWritten(devices.mesh.axes, tensor, whole, [{ to: owed, instruction }]),
  );
  const [made] = await run(ones as never);
  await run.unload();
  return made;
}
