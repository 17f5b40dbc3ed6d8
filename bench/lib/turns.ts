import type { Continue, Continued } from "./continuing.ts";
import type { GeneratorName } from "./generators.ts";
import { note } from "./report.ts";
import type { Started } from "./started.ts";

/** What generators answered, round by round. */
export type Turns = ReadonlyMap<GeneratorName, readonly Continued[]>;

/**
 * Has generators answer a question in turns, so often, after a first round that does not count: what a
 * system makes when it is first wanted it makes then. One that fails is left out from then on.
 *
 * @param each what is done before each round that counts
 */
export async function inTurns(
  children: Started,
  question: Continue,
  { rounds, each }: { readonly rounds: number; each?(): Promise<void> },
): Promise<Turns> {
  const found = new Map<GeneratorName, Continued[]>();
  for (let round = -1; round < rounds; round++) {
    if (round >= 0) await each?.();
    for (const [name, child] of children) {
      try {
        const answer = await child.ask<Continued>(question);
        if (round < 0) found.set(name, []);
        else found.get(name)!.push(answer);
      } catch (error) {
        note(`${name} is left out: ${(error as Error).message}`);
        if (name.startsWith("ours")) process.exitCode = 1;
        children.delete(name);
        found.delete(name);
      }
    }
  }
  checkSame(found);
  return found;
}

/** Tells those that compute in float32 and do not begin texts as the first of them does. */
function checkSame(found: Turns): void {
  const wide = [...found].filter(([name]) => !/16|int8/.test(name));
  const begins = ([, [answer]]: (typeof wide)[number]) =>
    answer!.ids.map((text) => text[0]).join(" ");
  for (const one of wide) {
    if (begins(one) === begins(wide[0]!)) continue;
    note(`${one[0]} begins with ${begins(one)}, ${wide[0]![0]} with ${begins(wide[0]!)}`);
    process.exitCode = 1;
  }
}
