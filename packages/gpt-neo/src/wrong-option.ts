import { MtfError } from "mtf";
import { brief } from "./json.ts";

/**
 * An error about something that a function was given: types say it in TypeScript, and nobody does in
 * JavaScript.
 *
 * @example
 * throw wrongOption("generate", "maxNewTokens", Number.NaN, "a whole number from 0 on");
 */
export function wrongOption(caller: string, name: string, given: unknown, takes: string): MtfError {
  const shown = typeof given === "number" ? String(given) : brief(given);
  return new MtfError("bad-argument", `${caller}: ${name} is ${shown}, and must be ${takes}.`);
}
