import { keyOf } from "../../../generate/key-of.ts";
import { decodingNames } from "../../../generate/options/check.ts";
import { countOf } from "../../../generate/options/count-of.ts";
import type { DecodingOptions } from "../../../generate/options/decoding.ts";
import { filterNames, merged, samplingOf } from "../../../generate/options/sampling-of.ts";
import { brief } from "../../../json.ts";
import type { LoadedModel } from "../../../loaded-model.ts";

/** What of a folder's `generation_config.json` is used where the command line says nothing. */
export function generationNotes(
  { generation, ends }: LoadedModel,
  given: DecodingOptions,
): readonly string[] {
  if (!generation) return [];
  const { options: own, unused } = generation;
  const greedy = samplingOf(given, own).kind === "greedy";
  const { numBeams = 1 } = merged(own, given);
  const isUsed = (name: keyof DecodingOptions): boolean => {
    if (own[name] === undefined || given[name] !== undefined) return false;
    if (name === "doSample") return greedy && own.doSample === false;
    if (name === "eosTokenId") return [own.eosTokenId].flat().join() !== ends.join();
    if (name === "numReturnSequences") return countOf(given, own) > 1;
    if (name === "lengthPenalty" || name === "earlyStopping") return numBeams > 1;
    return !greedy || !(filterNames as readonly string[]).includes(name);
  };
  const used = decodingNames.filter(isUsed).map((name) => `${keyOf(name)} ${brief(own[name])}`);
  return [
    ...(used.length > 0 ? [`generation_config.json: ${used.join(", ")}`] : []),
    ...(unused.length > 0 ? [`generation_config.json: not known here: ${unused.join(", ")}`] : []),
  ];
}
