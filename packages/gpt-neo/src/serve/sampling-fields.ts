import { randomInt } from "node:crypto";
import { largestSeed } from "../generate/options/ranges.ts";
import type { GenerateAllSettings } from "../generate/options/settings.ts";
import type { Processor } from "../generate/processors/index.ts";
import { occurrencePenalties } from "../generate/processors/occurrence-penalties.ts";
import { isObject } from "../json.ts";
import { field, isText, type MaybeFields, maybe, numberField } from "./fields.ts";
import { wrongField } from "./request-error.ts";

type Bias = Readonly<Record<string, number>>;

const penalty = numberField({ least: -2, most: 2 });
const mostStops = 4;

// A half of a surrogate pair would end a text within a character.
const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);
const isStop = (value: unknown): value is string | readonly string[] => {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value];
  return (
    texts.length <= mostStops && texts.every((text) => isText(text) && text !== "" && isWhole(text))
  );
};

const isBias = (value: unknown): value is Bias =>
  isObject(value) && Object.values(value).every((x) => typeof x === "number" && Math.abs(x) <= 100);

/** What a body says of how ids are chosen, of completions and of chats alike. */
export interface SamplingBody {
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  readonly n?: number | undefined;
  readonly stop?: string | readonly string[] | undefined;
  readonly presence_penalty?: number | undefined;
  readonly frequency_penalty?: number | undefined;
  readonly logit_bias?: Bias | undefined;
  readonly seed?: number | undefined;
  /** Who asks. Nothing depends on it. */
  readonly user?: string | undefined;
}

export const samplingFields: MaybeFields<SamplingBody> = {
  temperature: maybe(numberField({ least: 0, most: 2 })),
  top_p: maybe(numberField({ least: 0, most: 1 })),
  n: maybe(numberField({ least: 1, whole: true })),
  stop: maybe(
    field(isStop, `a text or up to ${mostStops} texts of whole characters, none of them empty`),
  ),
  presence_penalty: maybe(penalty),
  frequency_penalty: maybe(penalty),
  logit_bias: maybe(field(isBias, "an object of ids and numbers from -100 to 100")),
  seed: maybe(numberField({ least: 0, most: largestSeed, whole: true })),
  user: maybe(field(isText, "a text")),
};

/** How ids are chosen, as a body says, and where it does not, as the model's own settings do. */
export function settingsOf(body: SamplingBody, vocabulary: number): GenerateAllSettings {
  const { temperature, top_p, stop, logit_bias = {}, seed } = body;
  const biases = Object.entries(logit_bias).map(([id, bias]) => {
    if (/^(0|[1-9]\d*)$/.test(id) && Number(id) < vocabulary) return [[Number(id)], bias] as const;
    throw wrongField(`logit_bias.${id}`, `is no id of the model: they are 0 to ${vocabulary - 1}`);
  });
  return {
    doSample: temperature !== 0,
    numBeams: 1,
    temperature: temperature === 0 ? undefined : temperature,
    topP: top_p,
    stopStrings: stop,
    ...(biases.length > 0 && { sequenceBias: biases }),
    seed: seed ?? randomInt(2 ** 31),
  };
}

/** The penalties that a body asks for. */
export function penaltiesOf({
  presence_penalty = 0,
  frequency_penalty = 0,
}: SamplingBody): readonly Processor[] {
  const none = presence_penalty === 0 && frequency_penalty === 0;
  return none ? [] : [occurrencePenalties(presence_penalty, frequency_penalty)];
}
