import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dimsOf,
  generateEach,
  initialState,
  layoutOf,
  loadConfig,
  loadModel,
  meshOf,
  openDevices,
  slicedState,
  statePlaceholders,
  trainingStep,
} from "gpt-neo";
import { dimension, lower, placeholder } from "mtf";
import type { Profile } from "mtf/simulator";
import { countOf, fail, one, readOptions } from "./lib/options.ts";
import { writeRandomModel } from "./lib/random-folder.ts";
import { note } from "./lib/report.ts";

const help = `
Where does the time of a training step, of a prompt or of generated tokens go?

  npm run bench -- profile [--what step|prompt|tokens] [--config NAME] [--mesh MESH] [--layout LAYOUT]
                           [--batch N] [--length N] [--tokens N] [--dtype NAME] [--trace FILE] [--json]

Prints a table by op and line of source: how often it was done, what it took per device, its share,
its speed, and how long devices waited for each other. Weights are random.

  --what WHAT         step: one of AdamW; prompt: texts' prompts to their first tokens; tokens: the next
                      tokens of each text (step)
  --config NAME       a preset, or a file (125M)
  --mesh MESH         such as data:2 or model:2 (data:2)
  --layout LAYOUT     such as batch:data,heads:model (the mesh's usual one)
  --batch N           samples of a step, or texts at once (2)
  --length N          tokens of a sample, or of the prompt (128)
  --tokens N          new tokens of each text (8)
  --dtype NAME        what weights take while tokens are made: float32, bfloat16, float16 or int8 (float32)
  --trace FILE        writes what each device did when, for ui.perfetto.dev or chrome://tracing`;

const names = [
  "what",
  "config",
  "mesh",
  "layout",
  "batch",
  "length",
  "tokens",
  "dtype",
  "trace",
] as const;
const { json, quick, values } = readOptions(help, names);
const what = one(values.what ?? "step", "what", ["step", "prompt", "tokens"]);
const config = await loadConfig(values.config ?? (quick ? "tiny" : "125M"));
const batch = countOf(values.batch, "batch", 2);
const length = countOf(values.length, "length", quick ? 16 : 128);
const tokens = countOf(values.tokens, "tokens", quick ? 2 : 8);
const placed = { mesh: values.mesh ?? "data:2", ...(values.layout && { layout: values.layout }) };
const dtypes = ["float32", "bfloat16", "float16", "int8"] as const;
const dtype = one(values.dtype ?? "float32", "dtype", dtypes);
const { trace } = values;
if (what === "step" && values.dtype !== undefined)
  fail("--dtype is for --what prompt or tokens: a step keeps float32");
if (trace !== undefined && existsSync(trace)) fail(`--trace: ${trace} is there already`);

const profile = await (what === "step" ? profileOfStep() : profileOfTexts(what));
if (trace !== undefined) writeFileSync(trace, JSON.stringify(profile.trace()));
if (json) console.log(JSON.stringify({ what, ...profile }));
else console.log(`${profile}`);

/** The third step: the first ones have to find their memory. */
async function profileOfStep(): Promise<Profile> {
  const dims = dimsOf(config, batch, length);
  const mesh = meshOf(placed, batch);
  const layout = slicedState(layoutOf(placed, mesh, dims), config, dims);
  const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
  const inputs = [statePlaceholders(config, dims), rows, rows] as const;
  const lowered = lower(trainingStep(config, dims), { layout, inputs, donate: [0] });
  const devices = await openDevices({}, mesh);
  try {
    const make = await devices.load(
      lower(() => initialState(config, dims), { layout, inputs: [] }),
    );
    let state = await make();
    await make.unload();
    const run = await devices.load(lowered);
    const count = batch * length;
    const ids = Int32Array.from({ length: count }, (_, i) => (i * 7919) % config.vocab_size);
    const labels = Int32Array.from(ids, (id) => (id + 1) % config.vocab_size);
    const step = async () => {
      const [next, report] = await run(state, ids, labels);
      state = next;
      note(`loss ${(await report.loss.number()).toFixed(4)}`);
      report.gradientNorm.dispose();
    };
    await step();
    await step();
    return await devices.profile(step);
  } finally {
    await devices.close();
  }
}

/** Prompts, with the first token of each text, or the tokens after it. */
async function profileOfTexts(what: "prompt" | "tokens"): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), "bench-profile-"));
  try {
    await writeRandomModel(folder, config);
    const model = await loadModel(folder, { ...placed, dtype });
    const prompts = Array.from({ length: batch }, (_, row) =>
      Array.from({ length }, (_, i) => (7919 * (row + 1) + 31 * i * i) % config.vocab_size),
    );
    // No id is an end: to forbid one, all logits would be read.
    const settings = { maxNewTokens: tokens + 1, eosTokenId: [] };
    const begun = async () => {
      const found = generateEach(model, prompts, settings);
      for (let ids = 0; ids < batch; ) ids += (await found.next()).value?.kind === "id" ? 1 : 0;
      return found;
    };
    const rest = async (found: Awaited<ReturnType<typeof begun>>) => {
      while (!(await found.next()).done);
    };
    try {
      // Programs are made when they are first wanted.
      await rest(await begun());
      if (what === "prompt") {
        return await model.devices.profile(
          async () => void (await (await begun()).return(undefined)),
        );
      }
      const found = await begun();
      return await model.devices.profile(() => rest(found));
    } finally {
      await model.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
