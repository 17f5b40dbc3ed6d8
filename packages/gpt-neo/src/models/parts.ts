import { MtfError } from "mtf";
import type { Architecture, Config } from "../config/index.ts";

/**
 * What a model is made of: for a key of `architecture` the values it may have, and how that is told.
 * Keys that are not here, such as `rotary_pct` of a model without rotary embeddings, mean nothing to it.
 */
export type Parts = {
  readonly [Key in keyof Architecture]?: readonly [
    values: readonly Architecture[Key][],
    told: string,
  ];
};

/** A key that asks for what a model is not made of, and what it has instead. */
export type MissingPart = readonly [key: string, reason: string];

/** What a config asks for that is not among a model's parts. */
export function missingFrom(
  parts: Parts,
  { architecture }: Pick<Config, "architecture">,
): readonly MissingPart[] {
  return Object.entries(parts).flatMap(([key, [values, told]]): MissingPart[] => {
    const value = JSON.stringify(architecture[key as keyof Architecture]);
    if (values.some((one) => JSON.stringify(one) === value)) return [];
    return [[key, `is ${value}; the model has ${told}`]];
  });
}

/**
 * Refuses a config that asks for what a model is not made of.
 *
 * @throws MtfError `bad-argument` naming each such key, its value, and what the model has
 */
export function refuseMissing(
  problems: readonly MissingPart[],
  title: string,
  where: string,
): void {
  if (problems.length === 0) return;
  throw new MtfError("bad-argument", `${where} asks for a model that is not ${title}.`, {
    evidence: problems,
    problems,
  });
}
