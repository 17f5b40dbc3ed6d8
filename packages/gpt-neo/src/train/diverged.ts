import { dispose, type Evidence, MtfError } from "mtf";
import type { Held } from "mtf/simulator";
import { readAlong, saveModel } from "../model-folder.ts";
import { fewOf, weightsNotFinite } from "../not-numbers.ts";
import { optionsInWords } from "../options-in-words.ts";
import { savedSteps } from "../run-checkpoints.ts";
import { alone, type Team } from "../team.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { weightsOf } from "./average.ts";
import { begin, type Origin, type Place } from "./begin.ts";
import { lastCheckpoint, setAside } from "./checkpoint.ts";
import { type Course, trouble } from "./course.ts";
import type { State } from "./optimizer.ts";

/** A run that diverges, and where. */
export interface Lost {
  readonly out: string | undefined;
  readonly tokenizer: Tokenizer | undefined;
  readonly from: Origin;
  readonly state: Held<State>;
  readonly step: number;
  /** The step of the last checkpoint. */
  readonly saved: number | undefined;
  readonly course: Course;
  readonly team?: Team | undefined;
}

/** The learning rate that configs have where they say none. */
const usualRate = 3e-4;

/**
 * Ends a run that has diverged. A checkpoint that no step went well from is set aside, and the model
 * of the one before is put in its place: going on at a lower rate then begins from what is sound.
 *
 * @returns the error that says so
 * @throws MtfError `bad-file` where the disk fails
 */
export async function diverged(place: Place, lost: Lost): Promise<MtfError> {
  const { config } = place;
  const { course, out, saved, state, team = alone } = lost;
  const { from } = lost;
  // Where not one step went well, no update is to blame.
  const blameless = course.lastWell === undefined && from.kind !== "random";
  const bad = blameless ? await weightsNotFinite({ config, parameters: state.params }) : undefined;
  if (out === undefined) return divergence(place, lost, undefined, undefined, bad);
  const isSound = saved === undefined || (course.lastWell ?? 0) > saved;
  const { aside, last } = await team.share(async () => {
    const others = (await savedSteps(out)).filter((other) => other !== saved);
    // What a run was given to go on from stays where there is nothing else.
    const stays = isSound || (from.kind === "checkpoint" && others.length === 0);
    return {
      aside: stays ? undefined : await setAside(out, saved),
      last: await lastCheckpoint(out),
    };
  });
  if (aside !== undefined && last) {
    dispose(state);
    const { state: sound } = await begin({ kind: "checkpoint", path: last.path }, place);
    if (team.leads) await saveModel(out, config, weightsOf(sound), lost.tokenizer);
    else await readAlong(config, weightsOf(sound));
  }
  return divergence(place, lost, aside, last?.progress.step, bad);
}

/**
 * What is said of it: where no step is left to go on from, the next run begins afresh.
 *
 * @param bad weights that are not finite, where no update is to blame
 */
function divergence(
  { config }: Place,
  { course, out, step }: Lost,
  aside: string | undefined,
  last: number | undefined,
  bad: readonly Evidence[] | undefined,
): MtfError {
  const rate = config.training.learning_rate;
  const lower = Number(Math.min(rate / 10, usualRate).toPrecision(3));
  const goesOn = last === undefined ? "starts afresh" : `goes on from step ${last}`;
  const again =
    out === undefined
      ? optionsInWords({ lr: lower })
      : `${optionsInWords({ resume: true, lr: lower })}, which ${goesOn}`;
  return new MtfError("not-a-number", `training has diverged: ${trouble(course)}.`, {
    evidence: [
      [
        "step",
        `${step}${course.refused > 1 ? `, the ${course.refused} last updates refused` : ""}`,
      ],
      ["learning rate", `${rate} at most`],
      ...(aside === undefined
        ? []
        : [["set aside", `${aside}, after which no step went well`] as const]),
      ...fewOf(bad ?? []),
    ],
    try: bad
      ? ["other weights or data: no step went well, so no learning rate is to blame"]
      : [again],
    step: last,
  });
}
