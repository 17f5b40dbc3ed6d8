import type { MaybePromise } from "../../backend/backend.ts";
import { internal } from "../../errors.ts";
import { Aborted, failureIn } from "../failure.ts";
import type { Bound, Step } from "./bind.ts";
import type { Frame } from "./device.ts";
import type { Recorder } from "./recorder.ts";
import { charge } from "./usage.ts";

/**
 * Runs a program on some devices of this process, phase by phase: each phase on every device before
 * the next phase on any. Devices that are driven elsewhere are waited for in between.
 *
 * @param stopped whether to give up before the next instruction
 * @param recorder what takes down when they do what, if anything does
 * @throws Aborted if they gave up
 */
export async function drive(
  devices: readonly Bound[],
  stopped: () => boolean,
  recorder?: Recorder,
): Promise<void> {
  for (const { counted } of devices) for (const body of counted) body.runs = 0;
  await driveSteps(
    devices.map((bound) => bound.steps),
    devices.map((bound) => bound.frame),
    { stopped, recorder },
  );
}

interface Watch {
  readonly stopped: () => boolean;
  readonly recorder: Recorder | undefined;
}

async function driveSteps(
  columns: readonly (readonly Step[])[],
  frames: readonly Frame[],
  watch: Watch,
): Promise<void> {
  const { stopped, recorder } = watch;
  const count = columns[0]!.length;
  // Devices that share a backend are charged in turns; one alone when it has most, and at the end.
  const alone = columns.length === 1;
  for (let i = 0; i < count; i++) {
    if (stopped()) throw new Aborted();
    if (columns[0]![i]!.region) {
      await driveRegion(
        columns.map((steps) => steps[i]!),
        frames,
        watch,
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
            const began = recorder ? recorder.now() : 0;
            let arrived = began;
            if (phase > 0 && step.barrier) {
              const waiting = step.barrier();
              if (waiting instanceof Promise) await waiting;
              if (recorder) arrived = recorder.now();
            }
            const running = run();
            if (running instanceof Promise) await running;
            recorder?.phase(d, step.instruction, phase, began, arrived);
          } catch (error) {
            throw named(error, step, frames[d]!);
          }
          charge(frames[d]!.device);
        }
      }
    }
    for (let d = 0; d < columns.length; d++) {
      const { dies } = columns[d]![i]!;
      if (dies.length === 0) continue;
      free(dies, frames[d]!);
      if (!alone) charge(frames[d]!.device);
    }
  }
  if (alone) charge(frames[0]!.device);
}

async function driveRegion(
  steps: readonly Step[],
  frames: readonly Frame[],
  watch: Watch,
): Promise<void> {
  const { recorder } = watch;
  const regions = steps.map((step) => step.region!);
  const columns = regions[0]!.bodies.map((_, i) => regions.map(({ bodies }) => bodies[i]!.steps));
  const each = async <T>(call: (d: number) => MaybePromise<T>): Promise<T> => {
    let agreed: T | undefined;
    for (let d = 0; d < regions.length; d++) {
      try {
        const began = recorder ? recorder.now() : 0;
        const made = call(d);
        const given = made instanceof Promise ? await made : made;
        recorder?.phase(d, steps[d]!.instruction, 0, began, began);
        if (d > 0 && given !== agreed) throw internal("devices go on with different bodies");
        agreed = given;
      } catch (error) {
        throw named(error, steps[d]!, frames[d]!);
      }
      charge(frames[d]!.device);
    }
    return agreed as T;
  };
  await each((d) => regions[d]!.open());
  for (;;) {
    const body = await each((d) => regions[d]!.enter());
    if (body === undefined) break;
    for (const { bodies } of regions) bodies[body]!.runs++;
    await driveSteps(columns[body]!, frames, watch);
    await each((d) => regions[d]!.leave());
  }
  await each((d) => regions[d]!.finish());
}

function free(dies: readonly number[], { slots, device }: Frame): void {
  for (let i = 0; i < dies.length; i++) {
    const buffer = slots[dies[i]!];
    if (!buffer) continue;
    slots[dies[i]!] = undefined;
    device.backend.dispose(buffer);
  }
}

function named(error: unknown, step: Step, { values, device }: Frame): unknown {
  return error instanceof Aborted ? error : failureIn(step.instruction, values, device, error);
}
