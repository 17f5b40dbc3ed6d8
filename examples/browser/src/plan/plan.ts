import type { WrittenConfig } from "gpt-neo";
import type { Where } from "../where.ts";

/** What is to be planned. */
export interface ToPlan {
  readonly config: WrittenConfig;
  readonly where: Where;
}

/** A stretch of a dim, or of several that lie behind each other. */
export type Stretch = readonly [begin: number, end: number, of: number];

/** What a device holds of a tensor, drawn as a table: its first dim has the rows, the others the columns. */
export interface Held {
  readonly rows: Stretch;
  readonly columns: Stretch;
  /** The dims that are split, with what is held of each. */
  readonly split: readonly (readonly [dim: string, held: Stretch])[];
}

/** What a device of the mesh holds. */
export interface PlannedDevice {
  /** Its place on each axis of the mesh: `data 1`. */
  readonly coordinate: readonly string[];
  /** The parts of some tensors, by what they are called. */
  readonly parts: readonly (readonly [name: string, held: Held])[];
}

/** Bytes that a training step moves along axes of the mesh. */
export interface PlannedMove {
  readonly axes: readonly string[];
  readonly name: string;
  readonly bytes: number;
}

/** A training step on a mesh, before it is taken. */
export interface Plan {
  readonly devices: readonly PlannedDevice[];
  readonly moves: readonly PlannedMove[];
  /** What a device holds while it takes a step, at most. */
  readonly peakBytes: number;
}

type Answer = { readonly plan: Plan } | { readonly problem: string };

/**
 * Plans a training step, apart from the page.
 *
 * @throws Error what is wrong with mesh or layout
 */
export function planOf(asked: ToPlan): Promise<Plan> {
  const worker = new Worker(new URL("./plan.worker.ts", import.meta.url), { type: "module" });
  return new Promise<Plan>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("plan" in data) resolve(data.plan);
      else reject(new Error(data.problem));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(asked);
  }).finally(() => worker.terminate());
}
