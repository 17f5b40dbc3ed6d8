import { checkNames, type OptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";
import type { GenerateSettings } from "./generate.ts";
import type { Sampling } from "./sample.ts";

/** Seeds are int32 on the devices. */
export const largestSeed: number = 2 ** 31 - 1;

const names: OptionNames<GenerateSettings> = {
  maxNewTokens: true,
  sampling: true,
  seed: true,
  endOfText: true,
  signal: true,
};

/**
 * Checks what a text is to be continued with: of what is wrong here, no id would tell.
 *
 * @throws MtfError `bad-argument`
 */
export function checkSettings(settings: GenerateSettings): void {
  checkNames("generate", settings, names);
  const { maxNewTokens = 0, sampling, seed = 0, endOfText = 0, signal } = settings;
  if (maxNewTokens !== Number.POSITIVE_INFINITY && !isWhole(maxNewTokens)) {
    throw wrong("maxNewTokens", maxNewTokens, "a whole number from 0 on, or Infinity");
  }
  if (!isWhole(seed) || seed > largestSeed) {
    throw wrong("seed", seed, `a whole number from 0 to ${largestSeed}`);
  }
  const ends: readonly unknown[] = Array.isArray(endOfText) ? endOfText : [endOfText];
  if (!ends.every(isWhole)) throw wrong("endOfText", endOfText, "an id or a list of ids");
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw wrong("signal", signal, "an AbortSignal");
  }
  if (sampling !== undefined) checkSampling(sampling);
}

function checkSampling(sampling: Sampling): void {
  switch (sampling?.kind) {
    case "greedy":
      return;
    case "random": {
      const { temperature, topK, topP } = sampling;
      if (!(temperature > 0)) {
        throw wrong(
          "sampling.temperature",
          temperature,
          'above 0; { kind: "greedy" } is as cold as 0',
        );
      }
      if (!isWhole(topK)) throw wrong("sampling.topK", topK, "a whole number; 0 for all ids");
      if (!(topP >= 0 && topP <= 1)) {
        throw wrong("sampling.topP", topP, "from 0 to 1; 1 for all ids");
      }
      return;
    }
    default:
      throw wrong(
        "sampling",
        sampling,
        '{ kind: "greedy" } or { kind: "random", temperature, topK, topP }',
      );
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function wrong(name: string, given: unknown, takes: string): Error {
  return wrongOption("generate", name, given, takes);
}
