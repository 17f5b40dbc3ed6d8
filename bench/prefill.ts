import { loadConfig } from "gpt-neo";
import { promptsOf } from "./lib/continuing.ts";
import type { GeneratorName } from "./lib/generators.ts";
import { chosen, countOf, countsOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";
import { measuredOn, type Started } from "./lib/started.ts";
import { inTurns } from "./lib/turns.ts";

const help = `
How long does a long prompt take to its first new id, here and elsewhere?

  npm run bench -- prefill [--config NAME] [--systems a,b] [--length N] [--batch N,N]
                           [--workers N,N] [--rounds N] [--json]

Weights are random, the same for all, in float32. Each system is loaded into a process of its own, held to
as many cores as it has workers or threads, and they take turns.

  ours             gpt-neo
  ours-own         the same without a BLAS, as npm installs it
  transformers     Hugging Face's on PyTorch, where python3 has them
  transformers.js  on ONNX Runtime, where both it and what exports its model are

  --config NAME    a preset, or a file (125M)
  --systems a,b    only these
  --length N       ids of a prompt (1024)
  --batch N,N      prompts at once (1)
  --workers N,N    cores (1,2)
  --rounds N       how often everything takes turns; medians count (3)`;

const names = ["config", "systems", "length", "batch", "workers", "rounds"] as const;
const { json, quick, values } = readOptions(help, names);
const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
const all = ["ours", "ours-own", "transformers", "transformers.js"] as const;
const systems = chosen<GeneratorName>(values.systems, "systems", all);
const length = countOf(values.length, "length", quick ? 40 : 1024);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const batches = countsOf(values.batch, "batch", [1]);
const cores = countsOf(values.workers, "workers", quick ? [1] : [1, 2]);

interface Result {
  readonly workers: number;
  readonly batch: number;
  readonly system: GeneratorName;
  readonly by: string;
  /** Until the first new id of all prompts. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
}

const results = await measuredOn(config, systems, cores, ofWorkers);
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    `${r.workers}`,
    ...[`${r.batch}`, r.system, figure(r.seconds), figure(r.tokensPerSecond)],
    ...[figure(firstOf(r).seconds / r.seconds), r.by],
  ]);
  const head = ["workers", "prompts", "system", "seconds", "tokens/s", "of the first", "by"];
  console.log(table(head, rows));
}

/** The first system's with as many workers and prompts. */
function firstOf({ workers, batch }: Result): Result {
  return results.find((r) => r.workers === workers && r.batch === batch)!;
}

async function ofWorkers(started: Started, workers: number): Promise<readonly Result[]> {
  const made: Result[] = [];
  for (const batch of batches) {
    const question = { prompts: promptsOf(batch, length, config.vocab_size), tokens: 1 };
    const found = await inTurns(started, question, { rounds });
    for (const [system, answers] of found) {
      const seconds = median(answers.map(({ first }) => first));
      const tokensPerSecond = (batch * length) / seconds;
      const { by } = answers[0]!;
      made.push({ workers, batch, system, by, seconds, tokensPerSecond });
    }
    note(`${workers} workers, ${batch} prompts: done`);
  }
  return made;
}
