import { type Config, readConfig } from "../../config/index.ts";
import { openDevices } from "../../session.ts";
import { openEvents } from "../../tensorboard/log.ts";
import { goingOn } from "../../train/begun-with.ts";
import { usuallyKept } from "../../train/checkpoint.ts";
import { claimFolder } from "../../train/claim.ts";
import { currentOrder, orderOf } from "../../train/data/order.ts";
import { readData } from "../../train/data/read.ts";
import { flopsOfToken } from "../../train/flops.ts";
import type { TrainOptions } from "../../train/options.ts";
import { originOf } from "../../train/origin.ts";
import { withoutPipes } from "../../train/piped.ts";
import { placeRun } from "../../train/place-run.ts";
import { runConfig } from "../../train/run-config.ts";
import { scalarsOf } from "../../train/scalars.ts";
import { settingsOf } from "../../train/settings.ts";
import { train } from "../../train/train.ts";
import type { Outcome, StepEntry } from "../../train/training.ts";
import { warmupAsBegun } from "../../train/warm-up.ts";
import { loadWeights, type Weights } from "../../weights/index.ts";
import { prefixNote } from "../../weights/prefix-note.ts";
import { unexpectedLines } from "../../weights/unexpected.ts";
import { progressLine } from "../progress.ts";
import { onInterrupt } from "./interrupt.ts";
import { type Shown, showing } from "./shown.ts";
import { finishedBefore, tellBeginning, tellInterrupted } from "./tell.ts";

/** What a caller may say beside the options of the command line. */
export interface TrainExtras {
  /** What to show beside each validation loss: another model's, say. */
  readonly beside?: string;
  /** What goes on with an interrupted run; by default the command with --out and --resume. */
  readonly again?: string;
}

/**
 * Trains as the command line says, until the last step or an interrupt.
 *
 * @example
 * await runTrain({ config: "tiny", data: ["book.txt"], out: "runs/book", steps: 200 });
 */
export async function run(
  options: TrainOptions,
  extras: TrainExtras = {},
): Promise<Outcome & { readonly out: string }> {
  const all = await goingOn(options);
  const { model, config } = all;
  const weights =
    model === undefined
      ? undefined
      : await loadWeights(model, config === undefined ? {} : { config });
  try {
    return await runWith(all, weights, extras);
  } finally {
    await weights?.close();
  }
}

async function runWith(
  options: TrainOptions,
  weights: Weights | undefined,
  { beside, again = `gpt-neo train --out ${options.out} --resume` }: TrainExtras,
): Promise<Outcome & { readonly out: string }> {
  const found = weights ?? (await readConfig(options.config!));
  const progress = progressLine();
  for (const text of prefixNote(weights?.prefix ?? "")) progress.note(text);
  for (const [key, reason] of found.notes) progress.note(`config: ${key} ${reason}`);
  for (const line of weights ? unexpectedLines(weights) : []) progress.note(line);
  const { config: planned, notes, ...tokenizing } = await runConfig(options, found);
  const { mesh, layout, ...placed } = placeRun(options, planned);
  for (const text of [...notes, ...placed.notes]) progress.note(`config: ${text}`);
  for (const text of placed.told) progress.note(text);
  const claim = await claimFolder(options);
  const { checkpoint } = claim;
  const closing = [claim.release];
  try {
    const written = warmupAsBegun(planned, checkpoint?.progress.settings);
    const { training } = written;
    const from = originOf(options, weights, checkpoint, training.steps);
    if (checkpoint && checkpoint.progress.step >= training.steps) {
      return finishedBefore(options.out, checkpoint.progress, training.steps, progress);
    }
    const { note } = progress;
    const goesOn = checkpoint !== undefined;
    const piped = await withoutPipes(written, { ...options, goesOn, note });
    closing.push(piped.release);
    const { config } = piped;
    const dataOrder = checkpoint ? orderOf(checkpoint.progress, options.out) : currentOrder;
    const data = await readData(options, config, tokenizing, dataOrder, progress);
    closing.push(async () => data.close());
    const settings = settingsOf(config, options, data, mesh, layout);
    const asked = (): void => progress.note("stopping after this step; again to stop now");
    const interrupt = onInterrupt(asked);
    closing.push(async () => interrupt.end());
    tellBeginning(options, config, from, checkpoint, settings, progress);
    const devices = await openDevices(options, mesh);
    closing.push(() => devices.close());
    const log = await claim.open();
    closing.push(async () => log.close());
    const events = options.log?.includes("tensorboard")
      ? openEvents(options.out, { after: checkpoint?.progress.step ?? 0 })
      : undefined;
    closing.push(async () => events?.close());
    const record = (entry: StepEntry): void => {
      log.append({ ...entry });
      events?.append(entry.step, scalarsOf(entry));
    };
    const outcome = await train({
      config,
      data,
      dataOrder,
      settings,
      tokenizer: tokenizing.tokenizer,
      out: options.out,
      devices,
      layout,
      from,
      sampleEvery: options.sampleEvery,
      kept: { last: options.keep ?? usuallyKept.last, every: options.keepEvery },
      stopped: () => interrupt.stopped,
      on: {
        ...showing(
          progress,
          { steps: training.steps, beside, peak: peakOf(options, config) },
          record,
        ),
        saved: claim.remember,
      },
    });
    progress.end();
    if (!outcome.finished) {
      tellInterrupted(outcome, again, progress);
      if (interrupt.stopped) process.exitCode = 130;
    }
    return { out: options.out, ...outcome };
  } finally {
    progress.end();
    for (const close of closing.reverse()) await close();
  }
}

function peakOf({ peak }: TrainOptions, config: Config): Shown["peak"] {
  return peak === undefined
    ? undefined
    : { flopsOfToken: flopsOfToken(config), flopsPerSecond: peak * 1e9 };
}
