import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import OpenAI from "openai";
import { afterAll } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import type { LoadedModel } from "../../src/loaded-model.ts";
import type { Continuations } from "../../src/serve/continuations.ts";
import { type PagedLogits, pagedLogits } from "../../src/serve/paged/paged-logits.ts";
import type { ServedModel } from "../../src/serve/served-model.ts";
import { type Server, type ServerOptions, startServer } from "../../src/serve/server.ts";
import { bytesTokenizer } from "../../src/tokenizer/index.ts";
import { randomModel } from "./random-model.ts";

const config = parseConfig({
  ...{ hidden_size: 12, num_layers: 2, num_heads: 3, vocab_size: 257, initializer_range: 0.5 },
  ...{ max_position_embeddings: 96, window_size: 16 },
  attention_types: [[["global", "local"], 1]],
});

/** What a server needs of a model. */
export type PagedModel = ServedModel & Pick<LoadedModel, "program">;

/** The blocks of a pool: of 16 tokens each, 6 for a text. */
export const pool = 48;

export interface Served extends Server {
  readonly model: PagedModel;
  readonly client: OpenAI;
  /** What was reported of errors. */
  readonly reported: unknown[];
}

const at = { mesh: "data:1", layout: "" };
const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const one of opened.reverse()) await one.close();
});

let devices: Promise<Devices> | undefined;
let model: Promise<PagedModel> | undefined;

/** A random model of bytes, on one device of this process. */
export function servedModel(): Promise<PagedModel> {
  model ??= (async () => {
    devices ??= simulator(defineMesh(at.mesh), { backend: "wasm" });
    opened.push(await devices);
    const random = await randomModel(await devices, at, config);
    return { ...random, name: "random", ends: [256], tokenizer: bytesTokenizer };
  })();
  return model;
}

/** What is held on the devices. */
export async function held(): Promise<unknown> {
  return (await (await devices)!.usage()).map(({ buffers, bytes }) => ({ buffers, bytes }));
}

/** What follows rows of the model, with a pool of the usual size. */
export function paged(model: PagedModel): PagedLogits {
  const logits = pagedLogits(model, pool);
  opened.push({ close: async () => logits.end() });
  return logits;
}

/** A server of that model, closed after the tests. */
export async function served(
  options: Partial<ServerOptions> = {},
  logitsOf: (model: PagedModel) => Continuations = paged,
  more: Partial<ServedModel> = {},
): Promise<Served> {
  const model = { ...(await servedModel()), ...more };
  const reported: unknown[] = [];
  const server = await startServer(model, logitsOf(model), {
    ...{ host: "127.0.0.1", port: 0, rows: 8, queue: 8, keys: [] },
    ...{ bodyLimit: 1 << 16, timeout: 60, report: (error) => void reported.push(error) },
    ...options,
  });
  opened.push(server);
  const [apiKey = "none"] = options.keys ?? [];
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 });
  return { ...server, model, client, reported };
}
