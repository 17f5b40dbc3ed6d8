import type { MeshOptions } from "../mesh-options.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import type { Command } from "./command.ts";
import { context, dtype, tokenizer } from "./data-options.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import { defaultsTo, integer, number, otherwise, required, text, texts } from "./option.ts";
import { size } from "./size.ts";

export interface ServeOptions extends MeshOptions {
  readonly model: string;
  /** What requests call the model. */
  readonly name?: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey?: readonly string[];
  readonly maxBatch: number;
  readonly maxQueue: number;
  /** In bytes. */
  readonly cache?: number;
  readonly maxBody?: number;
  /** In seconds. */
  readonly timeout: number;
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly context?: number;
  readonly dtype?: WeightsDType;
}

export const serveCommand: Command<ServeOptions> = {
  name: "serve",
  summary: "answer requests in the shape of OpenAI's API",
  usage: "--model DIR",
  options: {
    model: required(text("DIR", "a model's folder: a run's, or one of Hugging Face's")),
    name: otherwise("the folder's name", text("NAME", "what requests call the model")),
    host: defaultsTo("127.0.0.1", text("HOST", "the address to listen at; 0.0.0.0 for all")),
    port: defaultsTo(8080, integer("PORT", "the port to listen at; 0 for any that is free")),
    apiKey: otherwise(
      "GPT_NEO_API_KEY, or none is asked for",
      texts("KEY", "requests must have this key, or one of several", "a key"),
    ),
    maxBatch: defaultsTo(16, integer("N", "texts that are made at once", 1)),
    maxQueue: defaultsTo(64, integer("N", "requests that wait; to more the answer is 429")),
    cache: otherwise(
      "what the batch needs, up to 1GiB",
      size("SIZE", "what keys and values may take, all texts together"),
    ),
    maxBody: otherwise("1MiB", size("SIZE", "what a request may take, up to 1GiB", 2 ** 30)),
    timeout: defaultsTo(600, number("SECONDS", "how long an answer may take", { most: 86_400 })),
    tokenizer,
    context,
    dtype,
    ...meshOptions,
  },
  check({ port }) {
    return port > 65_535 ? "--port is at most 65535" : undefined;
  },
  notes: `POST /v1/completions and, where the tokenizer's folder has a chat template,
/v1/chat/completions; GET /v1/models, /health and /metrics (Prometheus). Who may use the machine can
see a key in the command line: GPT_NEO_API_KEY, with commas between several, is not shown.
SIGTERM or Ctrl-C ends the server when what it has is answered; a second one ends it at once.

${meshNotes}`,
};
