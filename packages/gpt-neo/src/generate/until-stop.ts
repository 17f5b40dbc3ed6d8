/** Text in pieces, up to the first of some texts that end it. */
export interface UntilStop {
  /** What is certain to be before such a text, of this piece and what was held back. */
  push(piece: string): string;
  /** What was held back and is no such text. */
  end(): string;
}

/**
 * Leaves out a text that ends another, and what is behind it. What may be its beginning is held back
 * until it is known.
 *
 * @example
 * const until = untilStop(["\n\n"]);
 * until.push("a\n"); // "a"
 * until.push("b"); // "\nb"
 */
export function untilStop(stops: readonly string[]): UntilStop {
  let held = "";
  let ended = false;
  return {
    push(piece) {
      if (ended) return "";
      held += piece;
      const ends = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0);
      ended = ends.length > 0;
      const sure = ended ? Math.min(...ends) : held.length - begun(held, stops);
      const text = held.slice(0, sure);
      held = ended ? "" : held.slice(sure);
      return text;
    },
    end() {
      const text = held;
      held = "";
      return text;
    },
  };
}

/** How many characters at a text's end begin one that would end it. */
function begun(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let count = Math.min(longest, text.length); count > 0; count--) {
    const end = text.slice(-count);
    if (stops.some((stop) => stop.length > count && stop.startsWith(end))) return count;
  }
  return 0;
}
