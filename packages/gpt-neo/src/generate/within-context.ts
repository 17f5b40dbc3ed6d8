import { MtfError } from "mtf";

/**
 * How many new ids a text may get that does not become longer than what the model sees at once.
 *
 * @throws MtfError `bad-argument` for a prompt that is as long already
 */
export function mostWithin(context: number, prompt: readonly number[], most: number): number {
  const room = context - prompt.length;
  if (room > 0) return Math.min(most, room);
  throw new MtfError("bad-argument", "the text is as long as the model sees, or longer.", {
    evidence: [
      ["text", `${prompt.length} ids`],
      ["model", `sees ${context} at once`],
    ],
    try: ["`slide: true`, which leaves out the beginning", "a shorter prompt"],
  });
}
