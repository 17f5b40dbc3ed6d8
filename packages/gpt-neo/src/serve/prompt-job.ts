import { askedOf } from "../generate/options/asked.ts";
import { stopsIn } from "../generate/options/sampling-of.ts";
import type { Search } from "../generate/search/search.ts";
import { type SearchOptions, searchOf } from "../generate/search-of.ts";
import type { Prompt } from "../generate/text.ts";
import { unknownId } from "../unknown-id.ts";
import { wrongField } from "./request-error.ts";
import { penaltiesOf, type SamplingBody, settingsOf } from "./sampling-fields.ts";
import type { Job } from "./scheduler.ts";
import type { ServedModel } from "./served-model.ts";
import type { Wanted } from "./texts-of.ts";
import { toldPrompt } from "./told-prompt.ts";

/** Prompts to continue. */
export interface Prompts {
  readonly body: SamplingBody;
  readonly prompts: readonly Prompt[];
  /** The field that they are in. */
  readonly field: string;
  /** The new ids of a text at most, and the field that says so; without it, as many as there is room for. */
  readonly most?: { readonly field: string; readonly count: number } | undefined;
  /** The texts that are made of each, and the field that says so. */
  readonly count: { readonly field: string; readonly count: number };
  /** How many of the likeliest ids are told with each id. */
  readonly logprobs: number | undefined;
  /** Whether texts begin with their prompts. */
  readonly echo: boolean;
}

/**
 * What has to be done to continue prompts, and how texts are made of what is found.
 *
 * @param rows how many texts there is room for at once
 * @throws RequestError 400 that names the field, for prompts that are too long, too many or not of the
 * model's ids
 */
export function promptJob(
  model: ServedModel,
  rows: number,
  asked: Prompts,
): { readonly job: Omit<Job, "signal">; readonly wanted: Wanted } {
  const { body, count, echo } = asked;
  const prompts = asked.prompts.map(({ ids }) => ids);
  for (const prompt of prompts) checkPrompt(prompt, asked, model);
  if (prompts.length * count.count > rows) {
    const field = prompts.length > rows ? asked.field : count.field;
    throw wrongField(field, `asks for more than ${rows} texts at once`);
  }
  const { logprobs } = asked;
  const settings = { ...settingsOf(body, model.config.vocab_size), logprobs };
  const options = askedOf(model, { ...settings, numReturnSequences: 1 });
  const same = options.sampling.kind === "greedy";
  const sequences = same ? 1 : count.count;
  const told = echo && logprobs !== undefined;
  const searches = prompts.map((prompt): Search => {
    const most = asked.most?.count ?? model.context - prompt.length;
    const all: SearchOptions = {
      ...options,
      count: sequences,
      most,
      first: penaltiesOf(body),
    };
    const search = most > 0 ? searchOf(prompt, all) : endOf(prompt, sequences);
    return told ? toldPrompt(prompt, options.told, search) : search;
  });
  const { tokenizer } = model;
  const hidden = asked.prompts.map((prompt) => prompt.hidden);
  return {
    job: { searches, rows: prompts.length * sequences },
    wanted: {
      ...{ tokenizer, prompts, same, count: count.count },
      stops: stopsIn(options.options),
      ...(echo && { echo: { hidden, told } }),
    },
  };
}

function checkPrompt(prompt: readonly number[], asked: Prompts, model: ServedModel): void {
  const { vocab_size } = model.config;
  const unknown = unknownId(prompt, vocab_size);
  if (unknown !== undefined) {
    const ids = `they are 0 to ${vocab_size - 1}`;
    throw wrongField(asked.field, `has ${unknown}, which is no id of the model: ${ids}`);
  }
  if (prompt.length === 0) throw wrongField(asked.field, "has no ids to continue");
  const most = asked.most?.count ?? 1;
  if (prompt.length + most <= model.context) return;
  const field = prompt.length < model.context ? asked.most!.field : asked.field;
  const sum = `${prompt.length} ids and ${most} new ones are more than the ${model.context}`;
  throw wrongField(field, `is too much: ${sum} that the model sees`, "context_length_exceeded");
}

/** The end of texts to which nothing is added. */
function endOf(prompt: readonly number[], sequences: number): Search {
  const found = Array.from({ length: sequences }, (_, sequence) => {
    return { kind: "end", sequence, ending: { reason: "length" } } as const;
  });
  return { rows: [{ ids: prompt }], step: () => ({ found, next: undefined }) };
}
