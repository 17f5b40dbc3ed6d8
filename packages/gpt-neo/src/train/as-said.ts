import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";

/**
 * An error of a config whose problems have the names of the options that said what is wrong; any other
 * error as it is.
 *
 * @param options by the paths of what they say: `training.steps` with `steps`
 * @example
 * asSaid(error, new Map([["training.learning_rate", "`lr`"]]));
 */
export function asSaid(error: unknown, options: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof MtfError) || error.details.evidence === undefined) return error;
  const named = (path: string): string => {
    for (const [begin, option] of options) {
      if (path === begin) return option;
      if (path.startsWith(`${begin}.`)) return `${option}${path.slice(begin.length)}`;
    }
    return path;
  };
  const evidence = error.details.evidence.map(([path, text]) => [named(path), text] as const);
  return new MtfError(error.code, sentenceOf(error), { ...error.details, evidence });
}
