import { optionsInWords } from "../../options-in-words.ts";
import type { ContentKey } from "./content-key.ts";

/** The keys of what a run reads, by the names that a config has for it. */
export interface Contents {
  readonly data?: ContentKey | undefined;
  readonly validation_data?: ContentKey | undefined;
}

/**
 * What is to be said of data that are not those that a run has read so far. Of runs from before there were
 * keys nothing is known.
 *
 * @param out the run's folder
 */
export function changedContent(
  before: Contents | undefined,
  now: Contents | undefined,
  out: string,
): readonly string[] {
  const names = ["data", "validation_data"] as const;
  return names.flatMap((name) => {
    const [then, next] = [before?.[name], now?.[name]];
    if (!then || !next) return [];
    const advice = adviceFor(name, out);
    if (then.key !== next.key) return [`what ${name} holds has changed since${advice}`];
    if (then.written === next.written) return [];
    return [`${name} was written anew since, though a sample of it is as it was${advice}`];
  });
}

/** What that means for validation losses is said whatever they are of. */
function adviceFor(name: keyof Contents, out: string): string {
  if (name === "validation_data") return "";
  const another = `${optionsInWords({ model: out })} with another \`out\``;
  return `: some of it may be trained on twice or never; put it back, or go on with ${another}`;
}
