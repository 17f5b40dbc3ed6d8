import { loadConfig, parameterNames } from "gpt-neo";
import { promptsOf } from "./lib/continuing.ts";
import type { GeneratorName } from "./lib/generators.ts";
import { type Limits, medianLimits, startLimits } from "./lib/limits.ts";
import { chosen, countOf, countsOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, size, table } from "./lib/report.ts";
import { measuredOn, type Started } from "./lib/started.ts";
import { inTurns } from "./lib/turns.ts";

const help = `
How many tokens a second are generated, here as weights rest and elsewhere, and how many would memory allow?

  npm run bench -- decode [--config NAME] [--systems a,b] [--length N] [--tokens N] [--batch 1,8]
                          [--workers 1,2] [--rounds N] [--json]

Continues prompts greedily. Weights are random, the same for all. Each system is loaded into a process of
its own, held to as many cores as it has workers or threads, and they take turns. Seconds are those after
the first id of each text. In the same turns as many threads as there are workers read memory: the limit is
the passes through the model that this would allow, if nothing were read but weights. That of int8 is what
as many threads convert to float32 and multiply, from the cache, where that is less.

  ours             gpt-neo
  ours-bfloat16    the same with weights that rest so; also ours-float16 and ours-int8
  transformers     Hugging Face's on PyTorch, float32, where python3 has them
  transformers.js  on ONNX Runtime, float32, where both it and what exports its model are

  --config NAME    a preset, or a file (125M)
  --systems a,b    only these (all but ours-float16)
  --length N       ids of a prompt (128)
  --tokens N       new ids of each text (128)
  --batch N,N      texts at once (1,8)
  --workers N,N    devices, which hold a part of each matrix; or threads (1,2)
  --rounds N       how often everything takes turns; medians count (2)`;

const names = ["config", "systems", "length", "tokens", "batch", "workers", "rounds"] as const;
const { json, quick, values } = readOptions(help, names);
const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
const all = ["ours", "ours-bfloat16", "ours-float16", "ours-int8"] as const;
const usual = "ours,ours-bfloat16,ours-int8,transformers,transformers.js";
const peers = ["transformers", "transformers.js"] as const;
const systems = chosen<GeneratorName>(values.systems ?? usual, "systems", [...all, ...peers]);
const length = countOf(values.length, "length", quick ? 16 : 128);
const tokens = countOf(values.tokens, "tokens", quick ? 9 : 128);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 2);
const batches = countsOf(values.batch, "batch", quick ? [1, 2] : [1, 8]);
const cores = countsOf(values.workers, "workers", quick ? [1] : [1, 2]);

interface Result extends Limits {
  readonly workers: number;
  readonly batch: number;
  readonly system: GeneratorName;
  readonly by: string;
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

const results = await measuredOn(config, systems, cores, ofWorkers);
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    `${r.workers}`,
    ...[`${r.batch}`, r.system, figure(r.tokensPerSecond), figure(r.tokensPerSecond / firstOf(r))],
    ...[size(r.bytesPerPass), `${figure(r.bytesPerSecond / 1e9)} GB/s`],
    ...[`${figure(r.convertedPerSecond / 1e9)} GB/s`, `${figure(100 * r.ofLimit)} %`, r.by],
  ]);
  const head = ["workers", "texts", "system", "tokens/s", "of the first", "a pass"];
  console.log(table([...head, "memory", "int8", "of limit", "by"], rows));
}

/** Tokens a second of the first system with as many workers and texts. */
function firstOf({ workers, batch }: Result): number {
  return results.find((r) => r.workers === workers && r.batch === batch)!.tokensPerSecond;
}

function bytesOf(system: GeneratorName): number {
  const isByte = system === "ours-int8";
  const isHalf = system.endsWith("16");
  return shapes.reduce((sum, { isMatrix, count, rows }) => {
    if (isByte && isMatrix) return sum + count + 4 * rows;
    return sum + (isHalf ? 2 : 4) * count;
  }, 0);
}

async function ofWorkers(started: Started, workers: number): Promise<readonly Result[]> {
  const threads = startLimits(workers, bytesOf("ours"));
  try {
    const made: Result[] = [];
    for (const batch of batches) {
      const limits: Limits[] = [];
      const found = await inTurns(
        started,
        { prompts: promptsOf(batch, length, config.vocab_size), tokens },
        {
          rounds,
          each: async () => void limits.push(await threads.measure(quick ? 0.01 : 1)),
        },
      );
      note(`${workers} workers, ${batch} texts: done`);
      const limit = medianLimits(limits);
      for (const [system, answers] of found) {
        const passesPerSecond = (tokens - 1) / median(answers.map(({ rest }) => rest));
        const bytesPerPass = bytesOf(system);
        const { bytesPerSecond, convertedPerSecond } = limit;
        const most =
          system === "ours-int8" ? Math.min(bytesPerSecond, convertedPerSecond) : bytesPerSecond;
        made.push({
          ...{ workers, batch, system, by: answers[0]!.by },
          ...{ tokensPerSecond: batch * passesPerSecond, bytesPerPass, ...limit },
          ofLimit: (passesPerSecond * bytesPerPass) / most,
        });
      }
    }
    return made;
  } finally {
    await threads.end();
  }
}
