import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import type { Note } from "../config/note.ts";
import { optionsInWords } from "../options-in-words.ts";
import { expectedWeights } from "../weights/expected.ts";
import type { NamedTensors, Weights } from "../weights/index.ts";

/** What Adam keeps beside weights, by the names of the weights, and the steps behind it. */
export interface OptimizerState {
  readonly mean: NamedTensors;
  readonly variance: NamedTensors;
  readonly step: number;
}

/** As many of a checkpoint's problems are shown. */
const shown = 20;

/**
 * The optimizer's state that was saved beside weights, as the original GPT-Neo's trainer does.
 *
 * @throws MtfError `bad-argument` where there is none; `bad-checkpoint` listing what it lacks
 * @example
 * const { step } = optimizerStateOf(await loadWeights("models/mine/model.ckpt-3000"));
 */
export function optimizerStateOf(weights: Weights): OptimizerState {
  const { moments, step, file } = weights;
  if (!moments) throw none(weights);
  const problems: Note[] = [];
  const slots = [
    ["adam_m", moments.first],
    ["adam_v", moments.second],
  ] as const;
  for (const [name, shape] of expectedWeights(weights.config)) {
    for (const [slot, { tensors }] of slots) {
      const found = tensors.get(name)?.shape;
      if (!found) problems.push([name, `has no ${slot}`]);
      else if (found.join() !== shape.join()) {
        problems.push([name, `has an ${slot} of [${found.join(", ")}], not [${shape.join(", ")}]`]);
      }
    }
  }
  if (step === undefined) problems.push(["global_step", "is missing, or no single number"]);
  else if (!(Number.isSafeInteger(step) && step >= 0 && step < 2 ** 31)) {
    problems.push(["global_step", `is ${step}`]);
  }
  if (problems.length > 0) {
    const rest: Note[] = problems.length > shown ? [["…", `${problems.length - shown} more`]] : [];
    throw new MtfError("bad-checkpoint", `${file} has not all of the optimizer's state.`, {
      evidence: [...problems.slice(0, shown), ...rest],
      file,
      problems,
    });
  }
  return { mean: moments.first, variance: moments.second, step: step! };
}

function none({ file, format, ignored }: Weights): MtfError {
  const folder = dirname(file);
  const other = ignored.find(([, reason]) => reason.includes("Adafactor"));
  return new MtfError("bad-argument", `${file} holds no state of Adam's to go on with.`, {
    evidence: [
      ["format", format],
      ["looked for", "a tensor …/adam_m and one …/adam_v for each weight"],
      ...(other ? [["found", other.join(": ")] as const] : []),
    ],
    try: [
      "no `withOptimizer`, to begin at step 0 with fresh state",
      ...(existsSync(join(folder, "checkpoints"))
        ? [`${optionsInWords({ resume: true, out: folder })}, which goes on with that run`]
        : []),
    ],
    file,
  });
}
