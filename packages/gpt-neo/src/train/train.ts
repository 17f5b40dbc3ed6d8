import { mkdir } from "node:fs/promises";
import type { Mesh, MtfError } from "mtf";
import type { Held, Run } from "mtf/simulator";
import { type Position, takeBatch } from "../data/index.ts";
import { saveModel } from "../model-folder.ts";
import { type Dims, modelOf } from "../models/index.ts";
import { type Beginning, begin, type Place } from "./begin.ts";
import { saveStep, usuallyKept } from "./checkpoint.ts";
import { afterStep, afterValidation, courseOf, trouble } from "./course.ts";
import { diverged } from "./diverged.ts";
import { loadValidation, samplesToLookAt } from "./evaluate.ts";
import { lowerStep } from "./lower-step.ts";
import { costOf, describeRun, type StepCost } from "./report.ts";
import { samplingOf } from "./sampling.ts";
import { learningRate, type Report, type Rows, type State } from "./step.ts";
import type { Outcome, StepEntry, Training } from "./training.ts";

/** As many updates in a row may be refused because they are not finite. */
const refusals = 3;

/**
 * Trains a model: steps, validations and checkpoints as the config says, until the last step or
 * until it is told to stop. What steps do not go well from is not saved.
 *
 * @throws MtfError `bad-argument` where loss or gradient are not finite several times in a row, or the
 * last step did not go well; `device-failed`; `bad-file` where the disk fails
 * @example
 * const { step, loss } = await train(training); // a Training: data, devices, layout, folder …
 */
export async function train(training: Training): Promise<Outcome> {
  const { config, data, dataOrder, devices, layout, on, out, settings } = training;
  const { batch_size, steps, context, seed, eval_every, save_every } = config.training;
  const { extra_saves, exit_every } = config.training;
  const dims = modelOf(config).dims(
    config,
    batch_size / config.training.grad_accumulation,
    context,
  );
  const { run, cost, place, ...first } = await prepare(training, dims);
  const held =
    data.validation && samplesToLookAt(config, dims, data.validation, training.dataOrder);
  const validate =
    held && (await loadValidation(config, dims, layout, devices, held, on.validating));
  const { sampleEvery } = training;
  const sample = sampleEvery ? samplingOf(place, training.tokenizer) : undefined;
  const rate = learningRate(config);
  let { state, step, position } = first;
  let course = courseOf(config.vocab_size, first.loss);
  let loss: number | undefined;
  let validated: { readonly step: number; readonly loss: number } | undefined;
  let since = performance.now();
  let saved = training.from.kind === "checkpoint" ? step : undefined;
  await mkdir(out, { recursive: true });
  const save = async (): Promise<void> => {
    if (saved === step) return;
    await saveModel(out, config, state.params, training.tokenizer);
    const validationLoss = validated?.step === step ? validated.loss : undefined;
    const progress = { step, position, dataOrder, loss, validationLoss, settings };
    await saveStep(out, state, progress, { ...usuallyKept, ...training.kept, steps: extra_saves });
    saved = step;
    await on.saved?.(step);
    since = performance.now();
  };
  if (step === 0 && extra_saves.includes(0)) await save();
  const lost = (): Promise<MtfError> =>
    diverged(place, { ...training, state, step, saved, course });
  // What is wrong with the data of a step is said when all steps before it are saved.
  let failure: { readonly error: unknown } | undefined;
  const take = (at: Position): ReturnType<typeof takeBatch> | undefined => {
    try {
      return takeBatch(data.train, at, batch_size, seed);
    } catch (error) {
      failure = { error };
      return undefined;
    }
  };
  let taken = step < steps ? take(position) : undefined;
  while (taken && !training.stopped?.()) {
    const { batch, next } = taken;
    const [updated, report] = await run(state, batch.tokens, batch.labels);
    // The devices are on their way by now, and the next batch is made meanwhile.
    taken = step + 1 < steps ? take(next) : undefined;
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
      validated = { step, loss: await validate(state.params) };
      course = afterValidation(course, validated.loss);
      since = performance.now();
    }
    on.step({
      step,
      ...numbers,
      learningRate: rate(step - 1),
      tokens: batch_size * context,
      tokensPerSecond,
      ...cost,
      ...(validated?.step === step && { validationLoss: validated.loss }),
    });
    if (sample && step % sampleEvery! === 0 && course.well) {
      on.sample?.(step, await sample(state.params, step));
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
  if (course.well && (step > 0 || !failure)) await save();
  else if (step >= steps) throw await lost();
  if (failure) throw failure.error;
  return { step, saved, loss, validationLoss: validated?.loss, finished: step >= steps };
}

interface Prepared extends Beginning {
  readonly run: Run<readonly [State, Rows, Rows], readonly [State, Report]>;
  readonly cost: StepCost;
  readonly place: Place;
}

/** The program loaded, and the first state put on the devices. */
async function prepare(training: Training, dims: Dims): Promise<Prepared> {
  const { config, devices, from, layout, on } = training;
  const lowered = lowerStep(config, dims, layout);
  const { program } = lowered;
  for (const line of describeRun(program, layout.mesh as Mesh, layout, devices)) on.note(line);
  const run = await devices.load(lowered);
  const place = { config, dims, layout, devices };
  return { ...(await begin(from, place)), run, place, cost: costOf(program) };
}

async function readReport(
  report: Held<Report>,
): Promise<Pick<StepEntry, "loss" | "zLoss" | "gradientNorm">> {
  const [loss, gradientNorm, zLoss] = await Promise.all([
    report.loss.number(),
    report.gradientNorm.number(),
    report.zLoss?.number(),
  ]);
  return { loss, gradientNorm, ...(zLoss !== undefined && { zLoss }) };
}
