import { type Evidence, leavesOf, MtfError } from "mtf";
import { rowBlocks } from "mtf/files";
import { isSharded, type Sharded } from "mtf/simulator";
import type { LoadedModel } from "./loaded-model.ts";
import { modelOf } from "./models/index.ts";

const elementsAtATime = 1 << 20;

/** As many tensors are named. */
const shown = 5;

/**
 * The error of a model whose results are NaN or infinite: names the weights that are, if any.
 *
 * @param what which results: the loss, the logits
 */
export async function notNumbers(
  model: Pick<LoadedModel, "config" | "parameters">,
  what: string,
): Promise<MtfError> {
  const bad = await weightsNotFinite(model);
  return new MtfError("bad-checkpoint", `the model's ${what} is NaN or infinite.`, {
    evidence:
      bad.length > 0
        ? fewOf(bad)
        : [["weights", "all are finite: what is computed of them is not"]],
    try: [
      "the checkpoint of an earlier step, or the weights from where they came from once more",
      ...(bad.length > 0 ? [] : ["weights that were not narrowed to float16"]),
    ],
    tensors: bad.map(([name]) => name),
  });
}

/** As many as an error shows, and how many more there are. */
export function fewOf(bad: readonly Evidence[]): readonly Evidence[] {
  const more = bad.length - shown;
  return [...bad.slice(0, shown), ...(more > 0 ? [["…", `${more} more tensors`] as const] : [])];
}

/** The weights that are NaN or infinite, by their names in files, and how many values of each. */
export async function weightsNotFinite({
  config,
  parameters,
}: Pick<LoadedModel, "config" | "parameters">): Promise<readonly Evidence[]> {
  const byPath = new Map(leavesOf(parameters, isSharded));
  const bad: Evidence[] = [];
  for (const { path, name } of modelOf(config).names(config)) {
    const count = await notFinite(byPath.get(path)!);
    const are = count === 1 ? "1 value is" : `${count} values are`;
    if (count > 0) bad.push([name, `${are} NaN or infinite`]);
  }
  return bad;
}

async function notFinite(tensor: Sharded): Promise<number> {
  const shape = tensor.names.map((name) => tensor.dims[name]!.size);
  let count = 0;
  for (const box of rowBlocks(shape, elementsAtATime)) {
    for (const x of await tensor.readBox(box)) if (!Number.isFinite(x)) count++;
  }
  return count;
}
