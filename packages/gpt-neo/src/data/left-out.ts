import type { LeftOut } from "./folder.ts";
import type { NotData } from "./no-data.ts";

/** A file or folder, and why nothing is read there. */
export interface Reason {
  readonly path: string;
  readonly why: LeftOut["why"] | NotData | "no known format";
}

/** As many names are shown of what is left out for the same reason. */
const shown = 5;

/**
 * What is left out, a line a reason.
 *
 * @example
 * leftOutLines([{ path: "a/.git", why: "hidden" }]); // ["left out a/.git: hidden"]
 */
export function leftOutLines(leftOut: readonly Reason[]): readonly string[] {
  const reasons = [...new Set(leftOut.map(({ why }) => why))];
  return reasons.map((reason) => {
    const paths = leftOut.flatMap(({ path, why }) => (why === reason ? [path] : []));
    const more = paths.length > shown ? ` and ${paths.length - shown} more` : "";
    return `left out ${paths.slice(0, shown).join(", ")}${more}: ${reason}`;
  });
}
