import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateEach, type LoadedModel, loadConfig, loadModel, parameterNames } from "gpt-neo";
import { type Limits, medianLimits, startLimits } from "./lib/limits.ts";
import { chosen, countOf, countsOf, readOptions } from "./lib/options.ts";
import { writeRandomModel } from "./lib/random-folder.ts";
import { figure, median, note, printLines, size, table } from "./lib/report.ts";

const help = `
How many tokens a second are generated as weights rest, and how many would memory allow?

  npm run bench -- decode [--config NAME] [--storage float32,bfloat16,float16,int8] [--length N]
                          [--tokens N] [--batch 1,8] [--workers 1,2] [--rounds N] [--json]

Continues prompts greedily, with weights at rest as each storage, by turns. Weights are random. Seconds are
those after the first id of each text. In the same turns as many threads as there are workers read memory:
the limit is the passes through the model that this would allow, if nothing were read but weights. That of
int8 is what as many threads convert to float32 and multiply, from the cache, where that is less.

  --config NAME    a preset, or a file (125M)
  --storage A,B    what weights rest as (float32,bfloat16,int8)
  --length N       ids of a prompt (128)
  --tokens N       new ids of each text (128)
  --batch N,N      texts at once (1,8)
  --workers N,N    devices, which hold a part of each matrix (1,2)
  --rounds N       how often everything takes turns; medians count (3)`;

const names = ["config", "storage", "length", "tokens", "batch", "workers", "rounds"] as const;
const { json, quick, values } = readOptions(help, names);
const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
const all = ["float32", "bfloat16", "float16", "int8"] as const;
const storages = chosen(values.storage ?? "float32,bfloat16,int8", "storage", all);
const length = countOf(values.length, "length", quick ? 16 : 128);
const tokens = countOf(values.tokens, "tokens", quick ? 9 : 128);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const batches = countsOf(values.batch, "batch", quick ? [1, 2] : [1, 8]);
const devices = countsOf(values.workers, "workers", quick ? [1] : [1, 2]);

interface Result extends Limits {
  readonly workers: number;
  readonly batch: number;
  readonly storage: string;
  readonly tokensPerSecond: number;
  /** Of the weights that a pass reads: all but tables of which it takes rows. */
  readonly bytesPerPass: number;
  /** The share of the limit. */
  readonly ofLimit: number;
}

const shapes = parameterNames(config)
  .filter(({ path }) => path !== "wpe" && (path !== "wte" || config.tie_word_embeddings))
  .map(({ shape }) => ({
    isMatrix: shape.length > 1,
    count: shape.reduce((product, size) => product * size, 1),
    rows: shape[0] ?? 1,
  }));

const folder = mkdtempSync(join(tmpdir(), "bench-decode-"));
const results: Result[] = [];
try {
  await writeRandomModel(folder, config);
  for (const workers of devices) results.push(...(await ofWorkers(workers)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    `${r.workers}`,
    ...[`${r.batch}`, r.storage, figure(r.tokensPerSecond), figure(r.tokensPerSecond / wideOf(r))],
    ...[size(r.bytesPerPass), `${figure(r.bytesPerSecond / 1e9)} GB/s`],
    ...[`${figure(r.convertedPerSecond / 1e9)} GB/s`, `${figure(100 * r.ofLimit)} %`],
  ]);
  const head = ["workers", "texts", "storage", "tokens/s", "of the first", "a pass"];
  console.log(table([...head, "memory", "int8", "of limit"], rows));
}

/** Tokens a second of the first storage with as many workers and texts. */
function wideOf({ workers, batch }: Result): number {
  return results.find((r) => r.workers === workers && r.batch === batch)!.tokensPerSecond;
}

function bytesOf(storage: string): number {
  return shapes.reduce((sum, { isMatrix, count, rows }) => {
    if (storage === "float32" || (storage === "int8" && !isMatrix)) return sum + 4 * count;
    return sum + (storage === "int8" ? count + 4 * rows : 2 * count);
  }, 0);
}

async function ofWorkers(workers: number): Promise<readonly Result[]> {
  const models: LoadedModel[] = [];
  const threads = startLimits(workers, bytesOf("float32"));
  try {
    for (const dtype of storages) {
      models.push(await loadModel(folder, { mesh: `model:${workers}`, dtype }));
    }
    const made: Result[] = [];
    for (const batch of batches) {
      const times = models.map((): number[] => []);
      const limits: Limits[] = [];
      // Programs are made when they are first wanted.
      for (let round = -1; round < rounds; round++) {
        const found = await threads.measure(quick ? 0.01 : 1);
        if (round >= 0) limits.push(found);
        for (const [i, model] of models.entries()) {
          const seconds = await timed(model, batch);
          if (round >= 0) times[i]!.push(seconds);
        }
      }
      note(`${workers} workers, ${batch} texts: done`);
      const limit = medianLimits(limits);
      for (const [i, storage] of storages.entries()) {
        const passesPerSecond = (tokens - 1) / median(times[i]!);
        const bytesPerPass = bytesOf(storage);
        const { bytesPerSecond, convertedPerSecond } = limit;
        const most =
          storage === "int8" ? Math.min(bytesPerSecond, convertedPerSecond) : bytesPerSecond;
        made.push({
          ...{ workers, batch, storage, tokensPerSecond: batch * passesPerSecond, bytesPerPass },
          ...limit,
          ofLimit: (passesPerSecond * bytesPerPass) / most,
        });
      }
    }
    return made;
  } finally {
    for (const model of models) await model.close();
    await threads.end();
  }
}

/** Seconds from when all texts have their first id until all have their last. */
async function timed(model: LoadedModel, batch: number): Promise<number> {
  const prompts = Array.from({ length: batch }, (_, row) =>
    Array.from({ length }, (_, i) => (7919 * (row + 1) + i * i * 31) % config.vocab_size),
  );
  // No id is an end: to forbid one, all logits would be read.
  const settings = { maxNewTokens: tokens, eosTokenId: [] };
  let since = 0;
  let begun = 0;
  for await (const found of generateEach(model, prompts, settings)) {
    if (found.kind === "id" && ++begun === batch) since = performance.now();
  }
  return (performance.now() - since) / 1000;
}
