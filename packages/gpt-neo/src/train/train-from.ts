import { start } from "../data/index.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { stepFolder } from "../run-checkpoints.ts";
import { openDevices } from "../session.ts";
import type { Team } from "../team.ts";
import type { Weights } from "../weights/index.ts";
import { withAbsolutePaths } from "./absolute-paths.ts";
import { beginNotes } from "./begin-notes.ts";
import { begunWith } from "./begun-with.ts";
import { checkCanSave } from "./can-save.ts";
import { checkModel } from "./check-model.ts";
import { checkState } from "./check-state.ts";
import { checkTokenizer } from "./check-tokenizer.ts";
import { bestStep, usuallyKept } from "./checkpoint.ts";
import type { Claim } from "./claim.ts";
import { claimTogether } from "./claim-together.ts";
import { checkCache } from "./data/check-cache.ts";
import { openTogether } from "./data/open-together.ts";
import { currentOrder, orderOf } from "./data/order.ts";
import { positionIn } from "./data/position.ts";
import { readData } from "./data/read.ts";
import { checkStillThere } from "./data/still-there.ts";
import type { TrainListener } from "./listener.ts";
import type { KeptRun, OnMachine, TrainOptions } from "./options.ts";
import { originOf } from "./origin.ts";
import { shareOfPeak } from "./peak.ts";
import { type Unpiped, withoutPipes } from "./piped.ts";
import { planRun } from "./plan.ts";
import { noRecords, openRecords } from "./records.ts";
import { settingsOf } from "./settings.ts";
import { takeSteps } from "./steps.ts";
import { stopFile } from "./stop-file.ts";
import { telling } from "./telling.ts";
import { trainedModel } from "./trained-model.ts";
import type { Outcome, Training } from "./training.ts";
import { warmupAsBegun } from "./warm-up.ts";

/** A run that is kept in a folder, where its model is loaded from. */
export interface TrainedInFolder extends Outcome {
  readonly out: string;
}

/** A run that is kept nowhere, with its model, which is to be closed. */
export interface TrainedModel extends Outcome {
  readonly out?: undefined;
  readonly model: LoadedModel;
}

export type Trained = TrainedInFolder | TrainedModel;

/** Trains from a config, or from weights, which are read where they lie; the first process reads the data. */
export async function trainFrom(
  options: OnMachine,
  weights: Weights | undefined,
  listener: TrainListener,
  team: Team,
): Promise<Trained> {
  const { signal } = listener;
  if (team.leads) await checkCache(options.cache);
  const note = (line: string): void => listener.onNote?.(line);
  const { config: planned, tokenizing, mesh, layout } = await planRun(options, weights, note);
  signal?.throwIfAborted();
  const kept = isKept(options) ? options : undefined;
  const claim = kept && (await claimTogether(kept, team));
  const closing = [async () => claim?.release()];
  try {
    const before = claim?.checkpoint?.progress;
    const written = warmupAsBegun(planned, before?.settings);
    const { steps } = written.training;
    if (team.leads && claim?.checkpoint) {
      await checkModel(claim.checkpoint, written);
      await checkTokenizer(claim.out, tokenizing.tokenizer);
    }
    const from = originOf(options, weights, claim?.checkpoint, written.training);
    if (team.leads && claim?.checkpoint) await checkState(claim.checkpoint, claim.out, written);
    if (claim && before && before.step >= steps) {
      const { step, loss } = before;
      note(`${claim.out} is at step ${step} of ${steps}: nothing is left to do`);
      return { out: claim.out, step, saved: step, loss, validationLoss: undefined, finished: true };
    }
    if (team.leads) await claim?.checkLog();
    const piped = kept && team.leads ? await withoutPipes(written, { ...kept, signal }) : undefined;
    closing.push(async () => piped?.release());
    // What is kept nowhere is read once, and so may come through a pipe.
    const { config, told } = piped ?? { config: written, told: [] };
    if (team.leads) await checkStillThere(options, config, before);
    const dataOrder = claim && before ? orderOf(before, claim.out) : currentOrder;
    const data = await openTogether(team, () =>
      readData(options, config, tokenizing, dataOrder, listener),
    );
    closing.push(() => data.close());
    const at = before ? positionIn(before, config.training.context) : start;
    const prepared = data.prepare(at, config.training.seed);
    // Awaited when the devices are open.
    prepared.catch(() => undefined);
    // Data that came through a pipe go by its name, and all others by where they are.
    const settings = settingsOf(withAbsolutePaths(written), options, data, mesh, layout);
    const begun = begunWith(ofBegun(options), written);
    const { unfinished = [] } = claim ?? {};
    const best = claim && team.leads ? await bestStep(claim.out) : undefined;
    const now = {
      ...{ settings, contents: data.contents, begun, unfinished },
      best: best === undefined ? undefined : stepFolder(claim!.out, best),
      validates: data.validation !== undefined,
    };
    for (const line of beginNotes(options, config, from, before, now)) note(line);
    signal?.throwIfAborted();
    const devices = await openDevices(options, mesh);
    let isHandedOver = false;
    closing.push(async () => (isHandedOver ? undefined : devices.close()));
    signal?.throwIfAborted();
    // What fails or is stopped by now has left nothing behind.
    await prepared;
    listener.onProgress?.({ kind: "read" });
    const asked =
      claim && team.leads
        ? stopFile(claim.out, (path) => note(`${path} is there: stopping`))
        : undefined;
    const records = claim && kept && team.leads ? await openRecords(claim, kept, begun) : noRecords;
    closing.push(async () => records.close());
    // Each process saves its own part, in a folder that may be its own.
    if (claim) await checkCanSave(claim.out);
    for (const line of told) note(line);
    const behind = from.kind === "optimizer" ? from.optimizer.step : (before?.step ?? 0);
    const share = await shareOfPeak(options, config, devices, behind, note, team);
    await listener.onBegin?.({ config, step: behind });
    const run: Training = {
      config,
      data,
      dataOrder,
      settings,
      tokenizer: tokenizing.tokenizer,
      out: claim?.out,
      devices,
      layout,
      machine: options.machine,
      from,
      sampleEvery: options.sampleEvery,
      profile: options.profile,
      kept: { last: options.keep ?? usuallyKept.last, every: options.keepEvery },
      team,
      stopped: () =>
        [signal?.aborted, listener.stopped?.(), asked?.isThere()].some((stops) => stops === true),
      on: telling(listener, claim && settling(claim, piped), records, share, begun),
    };
    const { state, ...outcome } = await takeSteps(run);
    if (claim) return { out: claim.out, ...outcome };
    const model = trainedModel(run, state);
    isHandedOver = true;
    return { ...outcome, model };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** A claim of a run that goes on, when it is remembered, with what came through pipes now. */
function settling(claim: Claim, piped: Unpiped | undefined): Claim {
  return {
    ...claim,
    async remember(...begun) {
      await piped?.settle();
      await claim.remember(...begun);
    },
  };
}

function isKept(options: TrainOptions): options is KeptRun {
  return options.out !== undefined;
}

/** The options with the model that a run was begun from, which it is not read from any more. */
function ofBegun(options: OnMachine): TrainOptions {
  const { model, withOptimizer } = { ...options.remembered?.begun.options, ...options };
  return { ...options, ...(model !== undefined && { model, withOptimizer }) } as TrainOptions;
}
