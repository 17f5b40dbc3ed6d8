import { MtfError } from "mtf";
import { type LoadedModel, loadModel, type ModelOptions } from "../loaded-model.ts";
import type { Chat } from "./chat.ts";
import { isOne, jobOf, type Prompts } from "./job.ts";
import { type GeneratedChat, type GeneratedResult, made } from "./made.ts";
import { type PipelineSettings, pipelineCall } from "./options.ts";
import { type StreamedPiece, streamed, streamedOne } from "./streamed.ts";

type Streaming = PipelineSettings & { readonly stream: true };
type Answered = Whole & ({ readonly returnFullText: false } | { readonly return_full_text: false });
type Whole = PipelineSettings & { readonly stream?: false | undefined };

/**
 * A model that continues texts when it is called: the texts of one prompt, or a list of them for each of
 * several prompts. A prompt is a text, or the messages of a chat, written as the model's chat template
 * says: then `generated_text` is the chat with one more message of "assistant". With `stream: true` it gives pieces as they come: strings of one prompt, and of several
 * prompts objects that say which text they belong to.
 */
export interface TextGenerationPipeline {
  (prompt: string | Chat, settings: Streaming): AsyncGenerator<string>;
  (
    prompts: readonly string[] | readonly Chat[],
    settings: Streaming,
  ): AsyncGenerator<StreamedPiece>;
  (chat: Chat, settings: Answered): Promise<readonly GeneratedResult[]>;
  (chat: Chat, settings?: Whole): Promise<readonly GeneratedChat[]>;
  (chats: readonly Chat[], settings: Answered): Promise<readonly (readonly GeneratedResult[])[]>;
  (chats: readonly Chat[], settings?: Whole): Promise<readonly (readonly GeneratedChat[])[]>;
  (prompt: string, settings?: Whole): Promise<readonly GeneratedResult[]>;
  (prompts: readonly string[], settings?: Whole): Promise<readonly (readonly GeneratedResult[])[]>;
  readonly task: "text-generation";
  readonly model: LoadedModel;
  /** Frees the devices of a model that the pipeline loaded. One that it was given goes on. */
  dispose(): Promise<void>;
}

/**
 * Loads a model to be called with texts, as transformers.js' `pipeline` does. Options of a call are those
 * of `generateText`, also in snake_case, `return_full_text` and `stream`. As there, the likeliest ids are
 * taken unless the call or the folder's `generation_config.json` asks for chance.
 *
 * @param task "text-generation", the only one there is
 * @param model a model's folder, or a model that is loaded
 * @param options where the model runs: only for a folder
 * @throws MtfError `bad-argument` for another task, or options beside a loaded model; as `loadModel`.
 * Calls throw as `generateText`, and after `dispose`
 * @example
 * const pipe = await pipeline("text-generation", "models/gpt-neo-125m", { mesh: "model:2" });
 * const [made] = await pipe("Call me", { max_new_tokens: 40 }); // made?.generated_text
 * for await (const piece of pipe("Call me", { stream: true })) process.stdout.write(piece);
 * await pipe.dispose();
 */
export async function pipeline(
  task: "text-generation",
  model: string | LoadedModel,
  options?: ModelOptions,
): Promise<TextGenerationPipeline> {
  if (task !== "text-generation") {
    throw new MtfError("bad-argument", `pipeline: there is no task ${JSON.stringify(task)}.`, {
      try: ['pipeline("text-generation", model)'],
    });
  }
  if (typeof model === "string") {
    const loaded = await loadModel(model, options);
    return pipelineOver(loaded, () => loaded.close());
  }
  if (options !== undefined) {
    throw new MtfError("bad-argument", "pipeline: a loaded model runs where it was loaded to.", {
      try: ["pipeline(task, model), without options", "pipeline(task, folder, options)"],
    });
  }
  return pipelineOver(model, async () => {});
}

function pipelineOver(model: LoadedModel, close: () => Promise<void>): TextGenerationPipeline {
  let disposed: Promise<void> | undefined;

  function call(given: Prompts, settings: PipelineSettings = {}): unknown {
    const asked = pipelineCall(settings);
    const job = async () => {
      if (disposed) throw new MtfError("bad-argument", "pipeline: it has been disposed of.");
      return jobOf(model, given, asked);
    };
    if (!isOne(given)) return asked.stream ? streamed(job) : made(job);
    return asked.stream ? streamedOne(job) : made(job).then(([texts]) => texts);
  }

  const about = { task: "text-generation", model } as const;
  const dispose = () => {
    disposed ??= close();
    return disposed;
  };
  return Object.assign(call as never, { ...about, dispose });
}
