import {
  dimsOf,
  layoutOf,
  meshOf,
  parseConfig,
  presets,
  statePlaceholders,
  trainingStep,
} from "gpt-neo";
import { dimension, type Instruction, ledger, lower, placeholder } from "mtf";
import { serve, startModule } from "./lib/child.ts";
import { chosen, countOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
How long does it take to turn a training step into a program, and does the mesh matter?

  npm run bench -- lowering [--configs a,b] [--rounds N] [--json]

Traces, differentiates and partitions a step of training over meshes of 2 to 2,048 devices, data ×
model. "Cold" is the first lowering of a fresh process, once its modules are loaded; "warm" the
second. The median round counts.

  --configs a,b  of 125M and 175B (both)
  --rounds N     fresh processes for each figure, all meshes in turn (3)`;

interface Model {
  readonly name: string;
  readonly batch: number;
  readonly length: number;
  /** What a config file would hold. */
  readonly config: object;
}

const large = {
  hidden_size: 12288,
  num_layers: 96,
  num_heads: 96,
  vocab_size: 50257,
  max_position_embeddings: 2048,
};

const models = {
  "125M": { name: "125M", batch: 2048, length: 2048, config: presets["125M"]! },
  "175B": { name: "175B", batch: 2048, length: 2048, config: large },
} satisfies Record<string, Model>;

interface Question {
  readonly model: Model;
  readonly mesh: string;
}

interface Answer {
  readonly cold: number;
  readonly warm: number;
  readonly instructions: number;
  readonly collectives: number;
}

// The loader of TypeScript turns them on, and every op would read its line from a stack as text.
process.setSourceMapsEnabled(false);
if (process.argv[2] === "child") await serve(async (question: Question) => answer(question));
else await ask();

function answer({ model, mesh: text }: Question): Answer {
  const config = parseConfig(model.config);
  const dims = dimsOf(config, model.batch, model.length);
  const mesh = meshOf({ mesh: text }, model.batch);
  const layout = layoutOf({}, mesh, dims);
  const once = () => {
    const since = performance.now();
    const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
    const inputs = [statePlaceholders(config, dims), rows, rows] as const;
    const { program } = lower(trainingStep(config, dims), { layout, inputs, donate: [0] });
    return { milliseconds: performance.now() - since, program };
  };
  const { milliseconds: cold, program } = once();
  const all = program.instructions.flatMap(flat);
  const collectives = ledger(program).entries.filter(({ joined }) => !joined).length;
  return { cold, warm: once().milliseconds, instructions: all.length, collectives };
}

/** An instruction with those of its body. */
function flat(instruction: Instruction): readonly Instruction[] {
  if (instruction.kind !== "region") return [instruction];
  return [instruction, ...instruction.body.flatMap(flat)];
}

async function ask(): Promise<void> {
  const { json, quick, values } = readOptions(help, ["configs", "rounds"]);
  const names = chosen(values.configs, "configs", Object.keys(models) as (keyof typeof models)[]);
  const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
  const meshes = (quick ? [8, 2048] : [2, 8, 32, 128, 512, 2048]).map(meshFor);
  const small = { ...models["125M"], name: "tiny", config: presets.tiny!, batch: 64, length: 64 };
  const wanted = quick ? [small] : names.map((name) => models[name]);
  const cases = wanted.flatMap((model) => meshes.map((mesh) => ({ model, mesh })));
  const answers = cases.map((): Answer[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, question] of cases.entries()) {
      const child = startModule("lowering.ts", ["child"]);
      const answer = await child.ask<Answer>(question);
      await child.end();
      answers[i]!.push(answer);
      const { model, mesh } = question;
      note(`${model.name} on ${mesh}: ${figure(answer.cold)} ms (round ${round + 1})`);
    }
  }
  const results = cases.map(({ model, mesh }, i) => {
    const { size } = meshOf({ mesh }, model.batch);
    return {
      config: model.name,
      devices: size,
      mesh,
      milliseconds: median(answers[i]!.map((a) => a.cold)),
      warmMilliseconds: median(answers[i]!.map((a) => a.warm)),
      instructions: answers[i]![0]!.instructions,
      collectives: answers[i]![0]!.collectives,
    };
  });
  if (json) return printLines(results);
  const rows = results.map((r) => [
    r.config,
    r.devices.toLocaleString("en-US"),
    r.mesh,
    figure(r.milliseconds),
    figure(r.warmMilliseconds),
    r.instructions.toLocaleString("en-US"),
    r.collectives.toLocaleString("en-US"),
  ]);
  const head = ["config", "devices", "mesh", "cold ms", "warm ms", "instructions", "collectives"];
  console.log(table(head, rows));
  for (const { name } of wanted) {
    const mine = results.filter((r) => r.config === name);
    const slowest = Math.max(...mine.map((r) => r.milliseconds));
    const fastest = Math.min(...mine.map((r) => r.milliseconds));
    console.log(`\n${name}: slowest mesh / fastest mesh ${figure(slowest / fastest)}`);
  }
}

/** As square as powers of two are, `data` first. */
function meshFor(devices: number): string {
  const model = 2 ** Math.floor(Math.log2(devices) / 2);
  return `data:${devices / model},model:${model}`;
}
