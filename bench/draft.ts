import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateEach, type LoadedModel, loadConfig, loadModel } from "gpt-neo";
import { countOf, countsOf, readOptions } from "./lib/options.ts";
import { writeRandomModel } from "./lib/random-folder.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
How many tokens a second are generated, and what does a draft gain?

  npm run bench -- draft [--config NAME] [--draft-layers N] [--likeness X] [--tokens N]
                         [--draft-tokens N] [--batch 1,8] [--workers 1,2] [--rounds N] [--json]
  npm run bench -- draft --model DIR --draft DIR …

Continues prompts of 16 ids, greedily and by chance, without a draft and with one, in turns. Seconds
are those after the first id of each text. Ids a pass are how many ids the model was gone through for
once: 1 without a draft. By default weights are random: the draft has the first layers of the model,
and what all other layers add is multiplied by a likeness, so that the draft is right as often as ids
a pass tell. How often a real one is right is for --model and --draft to tell.

  --config NAME     a preset, or a file (125M)
  --draft-layers N  layers of the draft (2)
  --likeness X      what the other layers' part is multiplied by, times 1,000 (30)
  --draft-tokens N  ids that it guesses at once (3)
  --tokens N        new ids of each text (33)
  --batch N,N       texts at once (1,8)
  --workers N,N     devices along data (1,2)
  --rounds N        how often everything takes turns (3)`;

const { json, quick, values } = readOptions(help, [
  ...([
    "config",
    "draft-layers",
    "likeness",
    "draft-tokens",
    "tokens",
    "batch",
    "workers",
  ] as const),
  ...(["rounds", "model", "draft"] as const),
]);
const tokens = countOf(values.tokens, "tokens", quick ? 9 : 33);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const draftTokens = countOf(values["draft-tokens"], "draft-tokens", 3);
const batches = countsOf(values.batch, "batch", quick ? [1, 2] : [1, 8]);
const devices = countsOf(values.workers, "workers", quick ? [1] : [1, 2]);

interface Result {
  readonly workers: number;
  readonly batch: number;
  readonly choice: string;
  readonly draft: boolean;
  readonly tokensPerSecond: number;
  readonly idsPerPass: number;
}

const folder = mkdtempSync(join(tmpdir(), "bench-draft-"));
const results: Result[] = [];
try {
  const [modelFolder, draftFolder] = await folders();
  for (const workers of devices) {
    const model = await loadModel(modelFolder, { mesh: `data:${workers}` });
    const draft = await loadModel(draftFolder, {}, model.devices);
    try {
      for (const batch of batches) {
        for (const choice of ["greedy", "drawn"]) {
          results.push(...(await compared(model, draft, { workers, batch, choice })));
          note(`${workers} workers, ${batch} texts, ${choice}: done`);
        }
      }
    } finally {
      await model.close();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (json) printLines(results);
else {
  const rows = results.map((r) => [
    `${r.workers}`,
    ...[`${r.batch}`, r.choice, r.draft ? "yes" : "no"],
    ...[figure(r.tokensPerSecond), figure(r.idsPerPass)],
  ]);
  console.log(table(["workers", "texts", "chosen", "draft", "tokens/s", "ids a pass"], rows));
}

/** The folders of the model and of its draft. */
async function folders(): Promise<readonly [model: string, draft: string]> {
  if (values.model !== undefined && values.draft !== undefined) return [values.model, values.draft];
  const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
  const layers = countOf(values["draft-layers"], "draft-layers", quick ? 1 : 2);
  const likeness = countOf(values.likeness, "likeness", 30) / 1000;
  const [model, draft] = [join(folder, "model"), join(folder, "draft")];
  await writeRandomModel(model, config, ({ path }) => {
    const [, layer, rest] = /^h\/(\d+)\/(.*)$/.exec(path) ?? [];
    const adds = rest === "attn/out" || rest === "mlp/down";
    return adds && Number(layer) >= layers ? likeness : 1;
  });
  const attention_layers = config.attention_layers.slice(0, layers);
  const attention_types = attention_layers.map((kind) => [[kind], 1] as const);
  await writeRandomModel(draft, {
    ...config,
    num_layers: layers,
    attention_layers,
    attention_types,
  });
  return [model, draft];
}

async function compared(
  model: LoadedModel,
  draft: LoadedModel,
  how: Pick<Result, "workers" | "batch" | "choice">,
): Promise<readonly Result[]> {
  const ways = [undefined, draft];
  const times = ways.map((): number[] => []);
  const passes = ways.map(() => 1);
  // Programs are made when they are first wanted.
  for (let round = -1; round < rounds; round++) {
    for (const [i, way] of ways.entries()) {
      const found = await timed(model, way, how);
      if (round >= 0) times[i]!.push(found.seconds);
      passes[i] = found.passes;
    }
  }
  return ways.map((way, i) => ({
    ...how,
    draft: way !== undefined,
    tokensPerSecond: ((tokens - 1) * how.batch) / median(times[i]!),
    idsPerPass: (tokens - 1) / (passes[i]! - 1),
  }));
}

/** Seconds from when all texts have their first id until all have their last, and the passes of the model. */
async function timed(
  model: LoadedModel,
  draft: LoadedModel | undefined,
  { batch, choice }: Pick<Result, "batch" | "choice">,
): Promise<{ readonly seconds: number; readonly passes: number }> {
  const vocabulary = model.config.vocab_size;
  const prompts = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: 16 }, (_, i) => (7919 * (row + 1) + i * i * 31) % vocabulary),
  );
  let passes = 0;
  const { decoding } = model;
  const counting: LoadedModel["decoding"] = {
    ...decoding,
    extend: (room, length) => {
      passes++;
      return decoding.extend(room, length);
    },
    glance: (room, glance) => {
      passes++;
      return decoding.glance(room, glance);
    },
    extendByEach: (room, length) => {
      passes++;
      return decoding.extendByEach(room, length);
    },
  };
  // No id is an end: to forbid one, all logits would be read.
  const settings = { maxNewTokens: tokens, eosTokenId: [], doSample: choice === "drawn" };
  const all = { ...settings, seed: 1, draft, draftTokens };
  let since = 0;
  let begun = 0;
  for await (const found of generateEach({ ...model, decoding: counting }, prompts, all)) {
    if (found.kind === "id" && ++begun === batch) since = performance.now();
  }
  return { seconds: (performance.now() - since) / 1000, passes };
}
