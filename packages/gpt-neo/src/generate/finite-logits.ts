import type { LoadedModel } from "../loaded-model.ts";
import { notNumbers } from "../not-numbers.ts";
import type { NextLogits, Row } from "./next-logits.ts";

/**
 * Logits that are checked: -Infinity is never chosen, of other numbers that are none no probability
 * can be made.
 *
 * @throws MtfError `bad-checkpoint` where the weights make such
 */
export function finiteLogits<Asked extends Row>(
  model: Pick<LoadedModel, "config" | "parameters">,
  of: NextLogits<Asked>,
): NextLogits<Asked> {
  return {
    async next(rows) {
      const logits = await of.next(rows);
      const bad = logits.findIndex((row) =>
        row.some((x) => Number.isNaN(x) || x === Number.POSITIVE_INFINITY),
      );
      if (bad < 0) return logits;
      throw await notNumbers(model, `logit of what follows ${rows[bad]!.ids.length} ids`);
    },
    close: () => of.close(),
  };
}
