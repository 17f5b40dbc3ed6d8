import { isObject } from "../../json.ts";
import type { Keys } from "../key-rules.ts";
import type { Note } from "../note.ts";
import { dialectOf } from "./index.ts";

/** A config as it is written, in our words, and what a model here cannot be. */
export interface Translated {
  readonly keys: Record<string, unknown>;
  readonly problems: readonly Note[];
  /** What the config itself calls a key of ours. */
  readonly nameOf: (key: string) => string;
}

/**
 * The keys of a config of any architecture in our words. Keys in our words are taken as they are, beside
 * those of the architecture's own.
 */
export function inOurWords(written: Record<string, unknown>): Translated {
  const dialect = dialectOf(written.model_type);
  if (!dialect) return { keys: written, problems: [], nameOf: (key) => key };
  const { same, others, defaults } = dialect;
  const said = dialect.read(written);
  const renamed = Object.entries(written).flatMap(([key, value]) => {
    if (others.includes(key)) return [];
    const own = Object.hasOwn(same, key) ? same[key]! : key;
    return own !== key && written[own] !== undefined ? [] : [[own, value] as const];
  });
  const theirs = new Map(
    Object.entries(same)
      .filter(([key]) => written[key] !== undefined)
      .map(([key, own]) => [own, key]),
  );
  const keys = {
    ...defaults.model,
    ...said.model,
    ...Object.fromEntries(renamed),
    architecture: {
      ...defaults.architecture,
      ...said.architecture,
      ...(isObject(written.architecture) && written.architecture),
    },
  };
  return { keys, problems: said.problems ?? [], nameOf: (key) => theirs.get(key) ?? key };
}

/** What a config's own keys say of its architecture, without its `architecture`. */
export function architectureIn(type: string, keys: Keys): Keys {
  const { architecture: _, ...rest } = keys;
  return inOurWords({ ...rest, model_type: type }).keys.architecture as Keys;
}
