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
import { heldOn } from "./held-on.ts";
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

/** What the tests of a file serve a random model of bytes with, on one device of this process. */
export interface Serving {
  /** The model, which all of the file's servers have. */
  servedModel(): Promise<PagedModel>;
  /** What is held on the device. */
  held(): Promise<unknown>;
  /** What follows rows of the model, with a pool of the usual size. */
  paged(model: PagedModel): PagedLogits;
  /** A server of that model. */
  served(
    options?: Partial<ServerOptions>,
    logitsOf?: (model: PagedModel) => Continuations,
    more?: Partial<ServedModel>,
  ): Promise<Served>;
}

const at = { mesh: "data:1", layout: "" };

/** To be called by each file of tests: all that is opened is closed after them. */
export function serving(): Serving {
  const opened: { close(): Promise<void> }[] = [];
  let devices: Promise<Devices> | undefined;
  let model: Promise<PagedModel> | undefined;
  afterAll(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  function servedModel(): Promise<PagedModel> {
    model ??= (async () => {
      devices ??= simulator(defineMesh(at.mesh), { backend: "wasm" });
      opened.push(await devices);
      const random = await randomModel(await devices, at, config);
      return { ...random, name: "random", ends: [256], tokenizer: bytesTokenizer };
    })();
    return model;
  }

  function paged(model: PagedModel): PagedLogits {
    const logits = pagedLogits(model, pool);
    opened.push({ close: async () => logits.end() });
    return logits;
  }

  async function served(
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

  return { servedModel, held: async () => heldOn((await devices)!), paged, served };
}
