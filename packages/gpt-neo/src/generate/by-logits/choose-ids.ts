import { drawUniform } from "mtf";
import { nextId, type Sampling } from "../sample.ts";
import { checkedOptions } from "./checked-options.ts";
import { logitsOf, type NextLogitsOf } from "./next-logits-of.ts";

/** What `chooseIds` is asked for. */
export interface ChooseIdsOptions {
  /** The most new ids of a text. */
  readonly most: number;
  /** The id that ends a text; by default none does. */
  readonly endOfText?: number | undefined;
  /** Of each prompt the new ids that are given, by their places; others are chosen. */
  readonly forced?: readonly (readonly (number | undefined)[])[] | undefined;
  /** How each id is chosen; by default the likeliest. */
  readonly sampling?: Sampling | undefined;
  /** What random choices follow from. Default 0. */
  readonly seed?: number | undefined;
}

/**
 * The new ids of texts, one after the other, of logits that any function gives, each with the id that ends
 * it: Mesh-TensorFlow's greedy decoding, and its sampling with a temperature.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const even = (rows: readonly (readonly number[])[]) => rows.map(() => [0, 0, 0]);
 * const [ids] = await chooseIds(even, [[2]], { most: 3, forced: [[1]] }); // [1, 0, 0]
 */
export async function chooseIds(
  next: NextLogitsOf,
  prompts: readonly (readonly number[])[],
  options: ChooseIdsOptions,
): Promise<readonly (readonly number[])[]> {
  const optional = { least: 0, whole: true, optional: true } as const;
  checkedOptions("chooseIds", options, {
    ...{ most: { least: 0, whole: true }, endOfText: optional, seed: optional },
  });
  const { most, endOfText, forced = [], sampling = { kind: "greedy" }, seed = 0 } = options;
  const made = prompts.map((): number[] => []);
  const going = (): number[] =>
    [...made.keys()].filter((i) => endOfText === undefined || made[i]!.at(-1) !== endOfText);
  for (let place = 0; place < most; place++) {
    const rows = going();
    const asked = rows.map((i) => [...prompts[i]!, ...made[i]!]);
    const logits = await logitsOf("chooseIds", next, asked);
    for (const [at, i] of rows.entries()) {
      const own = logits[at]!;
      const uniform = sampling.kind === "greedy" ? [] : drawUniform(seed, [i, place], own.length);
      made[i]!.push(forced[i]?.[place] ?? nextId(own, sampling, uniform));
    }
  }
  return made;
}
