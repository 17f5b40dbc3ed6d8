import type { Config } from "gpt-neo";
import type { Child } from "./child.ts";
import { type GeneratorName, withGenerators } from "./generators.ts";

/** Generators that wait for questions, each in a process of its own. */
export type Started = Map<GeneratorName, Child>;

/**
 * Measures generators of a model of random weights on each of some numbers of cores, started anew for each.
 *
 * @returns what was measured, all in one list
 */
export async function measuredOn<Result>(
  config: Config,
  names: readonly GeneratorName[],
  cores: readonly number[],
  measure: (started: Started, cores: number) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  await withGenerators(config, names, async (generators) => {
    for (const count of cores) {
      const started: Started = new Map();
      try {
        for (const { name, start } of generators) started.set(name, start(count));
        results.push(...(await measure(started, count)));
      } finally {
        for (const child of started.values()) await child.end();
      }
    }
  });
  return results;
}
