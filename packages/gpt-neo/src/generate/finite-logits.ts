import type { LoadedModel } from "../loaded-model.ts";
import { notNumbers } from "../not-numbers.ts";
import { isFew, type Told } from "./few/look.ts";
import type { NextLogits, Row } from "./next-logits.ts";

type Of = Pick<LoadedModel, "config" | "parameters">;

/**
 * Logits that are checked: -Infinity is never chosen, of other numbers that are none no probability
 * can be made.
 *
 * @throws MtfError `bad-checkpoint` where the weights make such
 */
export function finiteLogits<Asked extends Row>(
  model: Of,
  of: NextLogits<Asked>,
): NextLogits<Asked> {
  async function checked<T extends Told>(
    rows: readonly Asked[],
    asked: Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const told = await asked;
    for (const [row, { ids }] of rows.entries()) await checkLogits(model, told[row]!, ids.length);
    return told;
  }
  return {
    next: (rows) => checked(rows, of.next(rows)),
    ...(of.glance && { glance: (rows) => checked(rows, of.glance!(rows)) }),
    close: () => of.close(),
  };
}

/**
 * Checks the logits of what follows so many ids; of few, those that are told, as such that are no numbers
 * would be among them.
 *
 * @throws MtfError `bad-checkpoint`
 */
export async function checkLogits(model: Of, told: Told, length: number): Promise<void> {
  const logits = isFew(told) ? told.logits : told;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! < Number.POSITIVE_INFINITY) continue;
    throw await notNumbers(model, `logit of what follows ${length} ids`);
  }
}
