import type { MtfError } from "mtf";
import type { Held } from "mtf/simulator";
import { modelOf } from "../models/index.ts";
import { weightsOf } from "./average.ts";
import { batchesOf } from "./batches.ts";
import { afterStep, afterValidation, courseOf, trouble } from "./course.ts";
import { diverged } from "./diverged.ts";
import { keepingOf, type Reached } from "./keeping.ts";
import { learningRate } from "./learning-rate.ts";
import type { State } from "./optimizer.ts";
import { prepare } from "./prepare.ts";
import { profilingOf } from "./profiling.ts";
import { samplingOf } from "./sampling.ts";
import type { Report } from "./step.ts";
import type { Outcome, StepEntry, Training } from "./training.ts";
import { loadValidation, samplesToLookAt } from "./validation.ts";

/** As many updates in a row may be refused because they are not finite. */
const refusals = 3;

/** How a run ended, and the state it has left on the devices. */
export interface Ended extends Outcome {
  readonly state: Held<State>;
}

/**
 * Takes a run's steps, with validations and checkpoints as the config says, until the last one or
 * until it is told to stop. What steps do not go well from is not saved.
 *
 * @throws MtfError `bad-argument` where loss or gradient are not finite several times in a row, or the
 * last step did not go well; `device-failed`; `bad-file` where the disk fails
 * @example
 * const { step, loss } = await takeSteps(training); // a Training: data, devices, layout, folder …
 */
export async function takeSteps(training: Training): Promise<Ended> {
  const { config, data, dataOrder, on, sampleEvery } = training;
  const { batch_size, steps, context, eval_every, save_every } = config.training;
  const { extra_saves, exit_every } = config.training;
  const dims = modelOf(config).dims(
    config,
    batch_size / config.training.grad_accumulation,
    context,
  );
  const { run, cost, place, ...first } = await prepare(training, dims);
  const { validation } = data;
  const looked =
    validation && (async () => samplesToLookAt(config, dims, await validation(), dataOrder));
  const validate = looked && (await loadValidation(place, looked, on.validating, training.team));
  const sample = sampleEvery ? samplingOf(place, training.tokenizer) : undefined;
  const rate = learningRate(config);
  let { state, step, position } = first;
  let course = courseOf(config.vocab_size, first.loss);
  let loss: number | undefined;
  let validated: Reached["validated"];
  let since = performance.now();
  const keeping = await keepingOf(training, training.from.kind === "checkpoint" ? step : undefined);
  const save = async (): Promise<void> => {
    await keeping.save({ state, step, position, loss, validated });
    since = performance.now();
  };
  if (step === 0 && extra_saves.includes(0)) await save();
  const lost = (): Promise<MtfError> =>
    diverged(place, { ...training, state, step, saved: keeping.saved, course });
  const take = profilingOf(training, step);
  const batches = batchesOf(training);
  await batches.prepare(step, position);
  for (let taken = await batches.next(); taken; taken = await batches.next()) {
    const { batch, next } = taken;
    const [updated, report] = await take(step, () => run(state, batch.tokens, batch.labels));
    // The devices are on their way by now, and the next batch is made meanwhile.
    await batches.prepare(step + 1, next);
    state = updated;
    position = next;
    const numbers = await readReport(report);
    loss = numbers.loss;
    const now = performance.now();
    const tokensPerSecond = (batch_size * context) / ((now - since) / 1000);
    since = now;
    step++;
    course = afterStep(course, step, numbers);
    if (course.refused > 0) on.note(`step ${step}: ${trouble(course)}; no update`);
    if (course.refused >= refusals) throw await lost();
    if (validate && (step % eval_every === 0 || step === steps)) {
      const loss = await validate(weightsOf(state)).catch(async (error: unknown) => {
        // Bad data to validate with are no fault of the steps before.
        if (course.well) await save();
        throw error;
      });
      validated = { step, loss };
      course = afterValidation(course, validated.loss);
      since = performance.now();
    }
    await on.step({
      step,
      ...numbers,
      learningRate: rate(step - 1),
      tokens: batch_size * context,
      tokensPerSecond,
      ...cost,
      ...(validated?.step === step && { validationLoss: validated.loss }),
    });
    if (sample && step % sampleEvery! === 0 && course.well) {
      await on.sample?.(step, await sample(weightsOf(state), step));
      since = performance.now();
    }
    if (step % save_every === 0 || extra_saves.includes(step)) {
      if (course.well) await save();
      else on.note(`step ${step}: not saved, ${trouble(course)}`);
    }
    if (exit_every !== null && step % exit_every === 0 && step < steps) {
      on.note(`step ${step}: ends here, as exit_every ${exit_every} says`);
      break;
    }
  }
  // What is not waited for to the end, as the run is to stop, is no failure of the steps before it.
  const failure = batches.stopped && step > first.step ? undefined : batches.failure;
  if (course.well && (step > 0 || !failure)) await save();
  else if (step >= steps) throw await lost();
  if (failure) throw failure.error;
  const { saved } = keeping;
  const validationLoss = validated?.loss;
  return { step, saved, loss, validationLoss, finished: step >= steps, state };
}

async function readReport(
  report: Held<Report>,
): Promise<Pick<StepEntry, "loss" | "zLoss" | "auxiliary" | "gradientNorm">> {
  const [loss, gradientNorm, zLoss, auxiliary] = await Promise.all([
    report.loss.number(),
    report.gradientNorm.number(),
    report.zLoss?.number(),
    report.auxiliary?.number(),
  ]);
  return {
    loss,
    gradientNorm,
    ...(zLoss !== undefined && { zLoss }),
    ...(auxiliary !== undefined && { auxiliary }),
  };
}
