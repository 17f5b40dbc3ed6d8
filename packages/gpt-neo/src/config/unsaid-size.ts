import type { Config } from "./config.ts";
import { dialectOf } from "./dialects/index.ts";
import type { Note } from "./note.ts";
import { presets } from "./presets.ts";

/** What makes a model large or small. */
const sizes = ["hidden_size", "num_layers"] as const;

/**
 * What is to be said of a config that does not write how large its model is: whoever meant to go on with
 * another model may not know that this is one, of a billion parameters.
 *
 * @example
 * unsaidSize({}, config); // [["hidden_size, num_layers", "not written: 2048, 24, as in the preset 1.3B"]]
 */
export function unsaidSize(
  written: Readonly<Record<string, unknown>>,
  config: Config,
): readonly Note[] {
  const same = Object.entries(dialectOf(config.model_type)?.same ?? {});
  const isWritten = (size: string): boolean =>
    size in written || same.some(([key, word]) => word === size && key in written);
  const unsaid = sizes.filter((size) => !isWritten(size));
  if (unsaid.length === 0) return [];
  const alike = Object.entries(presets).find(
    ([, { model_type = "gpt_neo", ...preset }]) =>
      model_type === config.model_type && sizes.every((size) => preset[size] === config[size]),
  );
  const known = alike === undefined ? "" : `, as in the preset ${alike[0]}`;
  const values = unsaid.map((size) => config[size]).join(", ");
  return [[unsaid.join(", "), `not written: ${values}${known}`]];
}
