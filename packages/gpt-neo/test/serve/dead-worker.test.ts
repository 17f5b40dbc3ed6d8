import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import OpenAI from "openai";
import { expect, it } from "vitest";
import { loadModel } from "../../src/loaded-model.ts";
import { saveModel } from "../../src/model-folder.ts";
import { pagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { restartingLogits } from "../../src/serve/restarting-logits.ts";
import { startServer } from "../../src/serve/server.ts";
import { bytesTokenizer } from "../../src/tokenizer/index.ts";
import { temporaryFolder } from "../support/cli.ts";
import { serving } from "../support/served.ts";

const { servedModel } = serving();

it("a worker that dies ends what was asked with 503, and is there for the next request", async () => {
  const folder = join(temporaryFolder(), "a-model");
  const random = await servedModel();
  mkdirSync(folder);
  await saveModel(folder, random.config, random.parameters, bytesTokenizer);
  const started: Worker[] = [];
  process.on("worker", (worker) => started.push(worker));
  const load = () => loadModel(folder, { mesh: "data:2", tokenizer: "bytes", context: 96 });
  const model = await load();
  const told: string[] = [];
  const reported: unknown[] = [];
  const logits = restartingLogits(
    model,
    load,
    (of) => pagedLogits(of, 48),
    (line) => told.push(line),
  );
  const server = await startServer(
    { ...model, name: "it", ends: [256], tokenizer: bytesTokenizer },
    logits,
    {
      ...{ host: "127.0.0.1", port: 0, rows: 8, queue: 8, keys: [], bodyLimit: 1 << 16 },
      ...{ timeout: 60, report: (error) => void reported.push(error) },
    },
  );
  try {
    const { completions } = new OpenAI({
      ...{ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 },
    });
    const asked = { model: "it", prompt: "Call me", max_tokens: 80, logit_bias: { 256: -100 } };
    const wanted = await completions.create({ ...asked, temperature: 0 });
    expect(started).toHaveLength(2);

    const stream = await completions.create({ ...asked, stream: true });
    const waits = completions.create({ ...asked, n: 2 }).catch((error) => error);
    const read = async () => {
      let pieces = 0;
      for await (const _ of stream) if (++pieces === 3) await started[1]!.terminate();
    };
    await expect(read()).rejects.toMatchObject({ code: "model_failed" });
    expect(await waits).toMatchObject({ status: 503, code: "model_failed" });

    const again = await completions.create({ ...asked, temperature: 0 });
    expect(again.choices[0]!.text).toBe(wanted.choices[0]!.text);
    expect(started).toHaveLength(4);
    expect(told).toEqual(["the model is loaded again"]);
    expect(reported.length).toBeGreaterThan(0);
    await expect.poll(() => logits.current()!.use().held).toBe(0);
  } finally {
    await server.close();
    await logits.end();
  }
});
