import type { LoadedModel } from "../loaded-model.ts";
import { notNumbers } from "../not-numbers.ts";
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
  return {
    async next(rows) {
      const logits = await of.next(rows);
      for (const [row, { ids }] of rows.entries()) {
        await checkLogits(model, logits[row]!, ids.length);
      }
      return logits;
    },
    close: () => of.close(),
  };
}

/**
 * Checks the logits of what follows so many ids.
 *
 * @throws MtfError `bad-checkpoint`
 */
export async function checkLogits(model: Of, logits: Float32Array, length: number): Promise<void> {
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! < Number.POSITIVE_INFINITY) continue;
    throw await notNumbers(model, `logit of what follows ${length} ids`);
  }
}
