import { loadConfig } from "gpt-neo";
import { type Continued, promptsOf } from "./lib/continuing.ts";
import { type Generator, type GeneratorName, withGenerators } from "./lib/generators.ts";
import { chosen, countOf, countsOf, readOptions } from "./lib/options.ts";
import { forget, secondsToRead } from "./lib/reading.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
How long does a model take from a process's start to its first token, beside reading its file?

  npm run bench -- loading [--config NAME] [--systems a,b] [--length N] [--workers N,N] [--rounds N] [--json]

Weights are random, the same for all, in float32, or in bfloat16 where they rest so. Each system is started anew in each turn, held to as many
cores as it has workers or threads, and continues a prompt by one id. Beside it the file of weights is
read once, from beginning to end, by one thread. Both are measured with the file in the system's memory
and, where dd can have it forgotten, on the disk.

  ours             gpt-neo
  ours-bfloat16    the same of a file in bfloat16, with weights that rest so; only where it is asked for
  transformers     Hugging Face's on PyTorch, where python3 has them
  transformers.js  on ONNX Runtime, where both it and what exports its model are

  --config NAME    a preset, or a file (125M)
  --systems a,b    only these (ours and the peers)
  --length N       ids of the prompt (16)
  --workers N,N    cores (1,2)
  --rounds N       how often everything takes turns; medians count (3)`;

const names = ["config", "systems", "length", "workers", "rounds"] as const;
const { json, quick, values } = readOptions(help, names);
const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
const usual = ["ours", "transformers", "transformers.js"] as const;
const all = [...usual, "ours-bfloat16"] as const;
const systems = chosen<GeneratorName>(values.systems ?? usual.join(), "systems", all);
const length = countOf(values.length, "length", 16);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const cores = countsOf(values.workers, "workers", quick ? [1] : [1, 2]);
const prompts = promptsOf(1, length, config.vocab_size);

interface Times {
  /** Seconds from when the process is started to the first id. */
  readonly process: number;
  /** Seconds from when its library is there, and begins to load the model. */
  readonly model: number;
  /** Seconds that the file takes. */
  readonly reading: number;
}

interface Result extends Times {
  readonly workers: number;
  readonly file: "memory" | "disk";
  readonly system: GeneratorName;
}

const results: Result[] = [];
const measure = async (generators: readonly Generator[]) => {
  for (const workers of cores) {
    for (const file of ["memory", "disk"] as const) {
      if (file === "disk" && !generators.every(({ weights }) => forget(weights))) {
        note("files on the disk are left out: dd cannot have the system forget them");
      } else results.push(...(await ofFiles(generators, workers, file)));
    }
  }
};
await withGenerators(config, systems, measure, true);
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    `${r.workers}`,
    ...[r.file, r.system, ...[r.reading, r.process, r.process / r.reading].map(figure)],
    ...[r.model, r.model / r.reading].map(figure),
  ]);
  const head = ["workers", "file in", "system", "s to read it", "s from start", "× reading"];
  console.log(table([...head, "s from loading", "× reading"], rows));
}

async function ofFiles(
  generators: readonly Generator[],
  workers: number,
  file: Result["file"],
): Promise<readonly Result[]> {
  const found = new Map(generators.map(({ name }) => [name, [] as Times[]]));
  for (let round = 0; round < rounds; round++) {
    for (const generator of generators) {
      const { name } = generator;
      try {
        found.get(name)?.push(await once(generator, workers, file));
      } catch (error) {
        note(`${name} is left out: ${(error as Error).message}`);
        if (name.startsWith("ours")) process.exitCode = 1;
        found.delete(name);
      }
    }
  }
  note(`${workers} workers, files in ${file}: done`);
  return [...found].map(([system, times]) => {
    const of = (name: keyof Times) => median(times.map((one) => one[name]));
    return {
      ...{ workers, file, system },
      ...{ process: of("process"), model: of("model"), reading: of("reading") },
    };
  });
}

async function once(
  { weights, start }: Generator,
  workers: number,
  file: Result["file"],
): Promise<Times> {
  // Read twice, it is in memory the second time.
  if (file === "disk") forget(weights);
  else secondsToRead(weights);
  const reading = secondsToRead(weights);
  if (file === "disk") forget(weights);
  const since = performance.now();
  const child = start(workers);
  try {
    const { loading, first } = await child.ask<Continued>({ prompts, tokens: 1 });
    return { process: (performance.now() - since) / 1000, model: loading + first, reading };
  } finally {
    await child.end();
  }
}
