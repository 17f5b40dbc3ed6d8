import {
  einsum,
  fold,
  key,
  MtfError,
  oneHot,
  placeholder,
  type Scalar,
  type Tensor,
  uniform,
} from "mtf";
import type { Run } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import type { Dims } from "../dims.ts";
import { type LoadedModel, type Rows, rowsOf } from "../loaded-model.ts";
import { forward, outputTable } from "../model.ts";
import { notNumbers } from "../not-numbers.ts";
import { paddedLength } from "../padded-length.ts";
import type { Parameters } from "../parameters.ts";
import { nextId, type Sampling } from "./sample.ts";

export interface GenerateSettings {
  readonly maxNewTokens: number;
  readonly sampling: Sampling;
  readonly seed: number;
  /** Ends the text when it is chosen: an id, or any of several. */
  readonly endOfText?: number | readonly number[] | undefined;
}

/** What ids are made with: of a loaded model, or of one that is being trained. */
export type Generating = Pick<LoadedModel, "config" | "context" | "parameters" | "program">;

type Next = readonly [Tensor<"batch" | "vocab">, Tensor<"vocab">];

/**
 * The logits that follow a row's last token, and random numbers to choose with: a function of the
 * seed and the position, the same on every layout.
 */
export function nextTokenStep(
  config: Config,
  dims: Dims,
): (
  parameters: Parameters,
  tokens: Rows,
  last: Scalar<"int32">,
  seed: Scalar<"int32">,
  position: Scalar<"int32">,
) => Next {
  return (parameters, tokens, last, seed, position) => {
    const { final } = forward(config, dims, parameters, tokens);
    const chosen = einsum(final, oneHot(last, dims.length), "batch", "embd");
    const logits = einsum(chosen, outputTable(parameters), "batch", "vocab");
    return [logits, uniform(fold(fold(key(0), seed), position), [dims.vocab])];
  };
}

/**
 * The ids that a model continues a row of ids with, one by one.
 *
 * @throws MtfError `bad-argument` for a prompt without ids or with some outside the vocabulary;
 * `bad-checkpoint` where the weights make logits that are no numbers
 * @example
 * for await (const id of generate(model, [15496], settings)) console.log(id);
 */
export async function* generate(
  model: Generating,
  prompt: readonly number[],
  settings: GenerateSettings,
): AsyncGenerator<number> {
  checkPrompt(prompt, model.config.vocab_size);
  const most = model.context;
  const { endOfText = [] } = settings;
  const ends = typeof endOfText === "number" ? [endOfText] : endOfText;
  const ids = [...prompt];
  let padded = 0;
  let run: Awaited<ReturnType<typeof load>> | undefined;
  try {
    for (let made = 0; made < settings.maxNewTokens; made++) {
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
      const [logits, noise] = await run(model.parameters, tokens, last, settings.seed, place);
      const [numbers, random] = await Promise.all([logits.read(), noise.read()]);
      logits.dispose();
      noise.dispose();
      // -Infinity is never chosen; of the others no probability can be made.
      if (numbers.some((x) => Number.isNaN(x) || x === Number.POSITIVE_INFINITY)) {
        throw await notNumbers(model, `logit of what follows ${ids.length} ids`);
      }
      const id = nextId(numbers, settings.sampling, random);
      if (ends.includes(id)) break;
      ids.push(id);
      yield id;
    }
  } finally {
    await run?.unload();
  }
}

function checkPrompt(prompt: readonly number[], vocabulary: number): void {
  const wrong = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
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

type Arguments = readonly [Rows, Scalar<"int32">, Scalar<"int32">, Scalar<"int32">];

/** `nextTokenStep`, and what it takes beside parameters. */
export function choosing(
  config: Config,
  dims: Dims,
): [fn: ReturnType<typeof nextTokenStep>, rest: Arguments] {
  const scalar = placeholder([], "int32");
  return [nextTokenStep(config, dims), [rowsOf(dims), scalar, scalar, scalar]];
}

function load(
  model: Generating,
  length: number,
): Promise<Run<readonly [Parameters, ...Arguments], Next>> {
  return model.program<Arguments, Next>(length, (dims) => choosing(model.config, dims), 1);
}
