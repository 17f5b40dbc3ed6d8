import type { ToldSettings } from "../generate/options/settings.ts";
import { tell } from "../generate/search/rules.ts";
import type { Search } from "../generate/search/search.ts";

/**
 * A search that first finds the ids of the prompt, from the second one on, as if they had been chosen,
 * to tell how likely they are; and then what another finds. It goes through the prompt id by id.
 */
export function toldPrompt(prompt: readonly number[], told: ToldSettings, then: Search): Search {
  return at(1);

  function at(length: number): Search {
    const rows = [{ ids: prompt.slice(0, length), ...(length > 1 && { continues: 0 }) }];
    if (length === prompt.length) return { ...then, rows };
    return {
      rows,
      step: ([logits]: readonly Float32Array[]) => {
        const chosen = tell(told, prompt[length]!, logits!, new Float64Array());
        return { found: [{ kind: "id", sequence: 0, chosen }], next: at(length + 1) };
      },
    };
  }
}
