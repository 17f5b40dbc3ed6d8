import { isObject } from "../../json.ts";
import { wrongOption } from "../../wrong-option.ts";
import type { Sampling } from "../sample.ts";
import { checkDecoding } from "./check.ts";

const takes = '{ kind: "greedy" } or { kind: "random", temperature, topK, topP }';
const cold = 'above 0; { kind: "greedy" } is as cold as 0';

/** @throws MtfError `bad-argument` for what is no way to choose ids */
export function checkSampling(sampling: Sampling): void {
  if (isObject(sampling) && sampling.kind === "greedy") return;
  if (!isObject(sampling) || sampling.kind !== "random") {
    throw wrongOption("generate", "sampling", sampling, takes);
  }
  const { kind: _, temperature, topK, topP, ...others } = sampling;
  if (!(temperature > 0)) throw wrongOption("generate", "sampling.temperature", temperature, cold);
  const needed = { topK: topK ?? null, topP: topP ?? null };
  checkDecoding({ temperature, ...needed, ...others }, (name, value, words) =>
    wrongOption("generate", `sampling.${name}`, value, words),
  );
}
