import { MtfError } from "mtf";
import type { Run } from "mtf/simulator";
import type { LoadedModel } from "../loaded-model.ts";
import type { Parameters } from "../models/index.ts";
import { notNumbers } from "../not-numbers.ts";
import { paddedLength } from "../padded-length.ts";
import { unknownId } from "../unknown-id.ts";
import { wrongOption } from "../wrong-option.ts";
import { checkSettings } from "./check-settings.ts";
import { type ChoosingArguments, choosing, type Next } from "./next-token.ts";
import { nextId, type Sampling } from "./sample.ts";

export interface GenerateSettings {
  /** Default 100. */
  readonly maxNewTokens?: number | undefined;
  /** How each id is chosen; by default at random, as likely as the model says. */
  readonly sampling?: Sampling | undefined;
  /** What random choices follow from. Default 0. */
  readonly seed?: number | undefined;
  /** Ends the text when it is chosen: an id, or any of several. By default those of the model. */
  readonly endOfText?: number | readonly number[] | undefined;
  /** Ends the text by its reason, thrown before the next id. */
  readonly signal?: AbortSignal | undefined;
}

/** What ids are made with: of a loaded model, or of one that is being trained. */
export type Generating = Pick<
  LoadedModel,
  "config" | "context" | "parameters" | "program" | "ends"
>;

const asLikely: Sampling = { kind: "random", temperature: 1, topK: 0, topP: 1 };

/**
 * The ids that a model continues a row of ids with, one by one. Whoever breaks out of the loop frees
 * what it held.
 *
 * @throws MtfError `bad-argument` for a prompt without ids or with some outside the vocabulary, and for
 * settings that are none;
 * `bad-checkpoint` where the weights make logits that are no numbers; the signal's reason
 * @example
 * for await (const id of generate(model, [15496], { maxNewTokens: 20 })) console.log(id);
 */
export async function* generate(
  model: Generating,
  prompt: readonly number[],
  settings: GenerateSettings = {},
): AsyncGenerator<number> {
  checkSettings(settings);
  checkPrompt(prompt, model.config.vocab_size);
  const most = model.context;
  const { maxNewTokens = 100, sampling = asLikely, seed = 0, signal } = settings;
  const { endOfText = model.ends } = settings;
  const ends = typeof endOfText === "number" ? [endOfText] : endOfText;
  const ids = [...prompt];
  let padded = 0;
  let run: Awaited<ReturnType<typeof load>> | undefined;
  try {
    for (let made = 0; made < maxNewTokens; made++) {
      signal?.throwIfAborted();
      // What the model sees at once: of a longer text, the end.
      const seen = ids.slice(-most);
      if (seen.length > padded || !run) {
        await run?.unload();
        padded = paddedLength(seen.length, most);
        run = await load(model, padded);
      }
      const tokens = new Int32Array(padded);
      tokens.set(seen);
      const last = seen.length - 1;
      const place = ids.length - 1;
      const [logits, noise] = await run(model.parameters, tokens, last, seed, place);
      const [numbers, random] = await Promise.all([logits.read(), noise.read()]);
      logits.dispose();
      noise.dispose();
      // -Infinity is never chosen; of the others no probability can be made.
      if (numbers.some((x) => Number.isNaN(x) || x === Number.POSITIVE_INFINITY)) {
        throw await notNumbers(model, `logit of what follows ${ids.length} ids`);
      }
      const id = nextId(numbers, sampling, random);
      if (ends.includes(id)) break;
      ids.push(id);
      yield id;
    }
  } finally {
    await run?.unload();
  }
}

function checkPrompt(prompt: readonly number[], vocabulary: number): void {
  if (!Array.isArray(prompt) && !ArrayBuffer.isView(prompt)) {
    throw wrongOption("generate", "the prompt", prompt, "a list of ids");
  }
  const wrong = unknownId(prompt, vocabulary);
  if (wrong !== undefined) {
    throw new MtfError("bad-argument", `the prompt has ${wrong}, which is no id of the model.`, {
      evidence: [["vocabulary", `0 to ${vocabulary - 1}`]],
    });
  }
  if (prompt.length > 0) return;
  throw new MtfError("bad-argument", "the prompt has no ids: there is nothing to continue.", {
    try: ["the tokenizer's endOfText alone, which begins a text"],
  });
}

function load(
  model: Generating,
  length: number,
): Promise<Run<readonly [Parameters, ...ChoosingArguments], Next>> {
  return model.program<ChoosingArguments, Next>(length, (dims) => choosing(model.config, dims));
}
