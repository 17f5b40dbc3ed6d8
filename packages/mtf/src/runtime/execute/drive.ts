import type { MaybePromise } from "../../backend/backend.ts";
import { Aborted, failureIn } from "../failure.ts";
import type { Bound, Step } from "./bind.ts";
import type { Frame } from "./device.ts";
import { charge } from "./usage.ts";

/**
 * Runs a program on some devices of this process, phase by phase: each phase on every device before
 * the next phase on any. Devices that are driven elsewhere are waited for in between.
 *
 * @param stopped whether to give up before the next instruction
 * @throws Aborted if they gave up
 */
export async function drive(devices: readonly Bound[], stopped: () => boolean): Promise<void> {
  await driveSteps(
    devices.map((bound) => bound.steps),
    devices.map((bound) => bound.frame),
    stopped,
  );
}

async function driveSteps(
  columns: readonly (readonly Step[])[],
  frames: readonly Frame[],
  stopped: () => boolean,
): Promise<void> {
  const count = columns[0]!.length;
  for (let i = 0; i < count; i++) {
    if (stopped()) throw new Aborted();
    if (columns[0]![i]!.region) {
      await driveRegion(
        columns.map((steps) => steps[i]!),
        frames,
        stopped,
      );
    } else {
      let phases = 1;
      for (let phase = 0; phase < phases; phase++) {
        for (let d = 0; d < columns.length; d++) {
          const step = columns[d]![i]!;
          const run = step.phases[phase];
          // Groups apart may take a different number of phases.
          if (step.phases.length > phases) phases = step.phases.length;
          if (!run) continue;
          try {
            if (phase > 0 && step.barrier) {
              const waiting = step.barrier();
              if (waiting instanceof Promise) await waiting;
            }
            const running = run();
            if (running instanceof Promise) await running;
          } catch (error) {
            throw named(error, step, frames[d]!);
          }
          charge(frames[d]!.device);
        }
      }
    }
    for (let d = 0; d < columns.length; d++) free(columns[d]![i]!, frames[d]!);
  }
}

async function driveRegion(
  steps: readonly Step[],
  frames: readonly Frame[],
  stopped: () => boolean,
): Promise<void> {
  const loops = steps.map((step) => step.region!);
  const bodies = loops.map((loop) => loop.body);
  const each = async (call: (d: number) => MaybePromise<void>): Promise<void> => {
    for (let d = 0; d < loops.length; d++) {
      try {
        await call(d);
      } catch (error) {
        throw named(error, steps[d]!, frames[d]!);
      }
      charge(frames[d]!.device);
    }
  };
  for (let index = 0; index < loops[0]!.runs; index++) {
    await each((d) => loops[d]!.begin(index));
    await driveSteps(bodies, frames, stopped);
    await each((d) => loops[d]!.end(index));
  }
  await each((d) => loops[d]!.finish());
}

function free({ dies }: Step, { slots, device }: Frame): void {
  if (dies.length === 0) return;
  for (let i = 0; i < dies.length; i++) {
    const buffer = slots[dies[i]!];
    if (!buffer) continue;
    slots[dies[i]!] = undefined;
    device.backend.dispose(buffer);
  }
  charge(device);
}

function named(error: unknown, step: Step, { values, device }: Frame): unknown {
  return error instanceof Aborted ? error : failureIn(step.instruction, values, device, error);
}
