import { MtfError } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import { type Config, toHuggingFace } from "../config/index.ts";
import { modelOf } from "../models/index.ts";
import type { Claim } from "./claim.ts";
import { printed } from "./settings.ts";

/** As many problems are shown. */
const shown = 8;

/**
 * Checks, before any data are read, that the model of a config is the one that a run's checkpoint holds.
 *
 * @throws MtfError `bad-argument` with what differs
 */
export async function checkModel(
  { path, progress }: NonNullable<Claim["checkpoint"]>,
  config: Config,
): Promise<void> {
  const checkpoint = await openCheckpoint(path);
  await checkpoint.close();
  const names = modelOf(config).names(config);
  const problems = names.flatMap(({ path: name, dims }): (readonly [string, string])[] => {
    const saved = checkpoint.tensors.get(`params/${name}`)?.dims;
    if (!saved) return [[name, "is not in the checkpoint"]];
    const sizes = new Map(saved);
    const wanted = dims.flat();
    const isSame =
      sizes.size === wanted.length && wanted.every((dim) => sizes.get(dim.name) === dim.size);
    if (isSame) return [];
    const [has, says] = [saved.map(([, size]) => size), wanted.map(({ size }) => size)];
    return [[name, `is [${has.join(", ")}], and the config says [${says.join(", ")}]`]];
  });
  if (problems.length === 0) return;
  const { settings } = progress;
  const keys = Object.entries(toHuggingFace(config)).flatMap(([key, value]) =>
    key in settings && key !== "attention_layers" && printed(settings[key]) !== printed(value)
      ? [[key, `${printed(settings[key])} -> ${printed(value)}`] as const]
      : [],
  );
  const evidence = keys.length > 0 ? keys : problems;
  throw new MtfError("bad-argument", "the config is not of the model that the run has trained.", {
    evidence: [["checkpoint", path], ...evidence.slice(0, shown)],
    try: [
      "what the run was begun with, which it remembers: `resume: true` alone",
      "`out` with another folder, to train another model",
    ],
    problems,
  });
}
