import type { Changes, Context } from "../processors/index.ts";
import type { Few } from "./look.ts";

/** The scores of few ids, from their logits, after what lowers some of them. */
export function lowered(
  { ids, logits }: Few,
  lowers: readonly Changes[],
  context: Context,
): Float64Array<ArrayBuffer> {
  const scores = new Float64Array(logits);
  for (const changes of lowers) {
    const some = changes(context);
    for (let place = 0; place < scores.length; place++) {
      const change = some.get(ids[place]!);
      if (change) scores[place] = change(scores[place]!);
    }
  }
  return scores;
}
