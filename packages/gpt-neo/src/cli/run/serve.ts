import { basename, resolve } from "node:path";
import { readChatTemplate } from "../../chat/template.ts";
import { type ModelUse, meshFor } from "../../fit/index.ts";
import { tokenizerOf } from "../../generate/text.ts";
import { type LoadedModel, loadModel } from "../../loaded-model.ts";
import { largest } from "../../serve/paged/largest.ts";
import { pagedLogits } from "../../serve/paged/paged-logits.ts";
import { poolBlocks } from "../../serve/paged/pool-blocks.ts";
import { restartingLogits } from "../../serve/restarting-logits.ts";
import { startServer } from "../../serve/server.ts";
import { asTyped } from "../as-typed.ts";
import type { ServeOptions } from "../serve-options.ts";
import { onInterrupt } from "./interrupt.ts";
import { modelOptions } from "./model-options.ts";

const usualBody = 1 << 20;

/**
 * Serves a model until the process is asked to end, and what has been asked is answered.
 *
 * @throws MtfError as `loadModel`; `bad-argument` for a model without a tokenizer
 * @example
 * await run({ model: "runs/tuned", host: "127.0.0.1", port: 8080, ...limits });
 */
export async function run(options: ServeOptions): Promise<void> {
  const { host, port, maxBatch: rows, maxQueue: queue, timeout, cache: bytes } = options;
  const keys = options.apiKey ?? keysIn(process.env.GPT_NEO_API_KEY);
  const load = () => {
    const build: ModelUse["build"] = (config, dims) => {
      const { context = config.training.context } = options;
      return largest(config, dims, { context, rows, bytes });
    };
    const mesh = meshFor(options, { devices: 1, rows: () => rows, build });
    return loadModel(options.model, modelOptions(options), mesh);
  };
  const interrupt = onInterrupt(() => tell("answering what has been asked; again to stop now"));
  const model = await load();
  const logitsOf = (of: LoadedModel) =>
    pagedLogits(of, poolBlocks(of.config, { context: of.context, rows, bytes }));
  const logits = restartingLogits(model, load, logitsOf, tell);
  try {
    for (const line of model.notes) tell(asTyped(line));
    const name = options.name ?? basename(resolve(options.model));
    const chatTemplate = await readChatTemplate(options.tokenizer ?? options.model);
    const served = { ...model, name, tokenizer: tokenizerOf(model), chatTemplate };
    const server = await startServer(served, logits, {
      ...{ host, port, keys, rows, queue, timeout, report },
      pool: () => logits.current()?.use(),
      bodyLimit: options.maxBody ?? usualBody,
    });
    if (keys.length === 0 && !isLoopback(host)) tell("whoever reaches this address may use it");
    tell(`${name} at ${server.url}/v1`);
    await asked(interrupt.signal);
    await server.close();
  } finally {
    interrupt.end();
    await logits.end();
  }
}

/** Keys with commas between. */
function keysIn(written = ""): readonly string[] {
  return written
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function asked(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function report(error: unknown): void {
  tell(error instanceof Error ? error.message : String(error));
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
