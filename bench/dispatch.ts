import { type Config, dimsOf, forward, initialParameters, parseConfig } from "gpt-neo";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  type Instruction,
  key,
  lower,
  mul,
  placeholder,
  type Tensor,
} from "mtf";
import { simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
What does an instruction cost when there is next to nothing to compute?

  npm run bench -- dispatch [--rounds N] [--json]

Runs programs on tiny tensors with the wasm backend, in this thread (simulator) and on one worker:
one addition; a chain of 256 operations on 4 numbers; a step of decoding, one token through a
GPT-Neo with the layers and heads of 125M and narrow ones. Microseconds an instruction are a whole
run's time, reading one number included, over its instructions.

  --rounds N  how often everything takes turns (5)`;

const { json, quick, values } = readOptions(help, ["rounds"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 5);
const milliseconds = quick ? 5 : 300;
const mesh = defineMesh({ data: 1 });

interface Case {
  readonly program: string;
  readonly runtime: "simulator" | "workers";
  readonly instructions: number;
  once(): Promise<void>;
}

const open = {
  simulator: () => simulator(mesh, { backend: "wasm" }),
  workers: () => workers(mesh),
};

const cases: Case[] = [];
const all = [];
try {
  for (const runtime of ["simulator", "workers"] as const) {
    const devices = await open[runtime]();
    all.push(devices);
    const tiny = defineDims({ a: 4 });
    const layout = defineLayout({ dims: tiny, mesh, rules: {} });
    for (const length of [1, quick ? 16 : 256]) {
      const lowered = lower(chain(length), { layout, inputs: [placeholder([tiny.a])] as const });
      const run = await devices.load(lowered);
      const x = await devices.put(placeholder([tiny.a]) as never, whole(), [1, 2, 3, 4]);
      cases.push({
        program: length === 1 ? "one addition" : `chain of ${length}`,
        runtime,
        instructions: count(lowered.program.instructions),
        async once() {
          const y = await run(x as never);
          await y.readBox([{ begin: 0, size: 1 }]);
          y.dispose();
        },
      });
    }
    cases.push(await decoding(runtime, devices));
  }
  const times = cases.map((): number[] => []);
  for (const each of cases) await each.once();
  for (let round = 0; round < rounds; round++) {
    for (const [i, each] of cases.entries()) times[i]!.push(await timed(each));
    note(`round ${round + 1} of ${rounds} done`);
  }
  const results = cases.map(({ program, runtime, instructions }, i) => {
    const microsecondsPerRun = 1000 * median(times[i]!);
    const microsecondsPerInstruction = microsecondsPerRun / instructions;
    return { program, runtime, instructions, microsecondsPerRun, microsecondsPerInstruction };
  });
  if (json) printLines(results);
  else {
    const rows = results.map((r) => [
      r.program,
      r.runtime,
      `${r.instructions}`,
      figure(r.microsecondsPerRun),
      figure(r.microsecondsPerInstruction),
    ]);
    console.log(
      table(["program", "runtime", "instructions", "µs a run", "µs an instruction"], rows),
    );
  }
} finally {
  for (const devices of all) await devices.close();
}

/** Milliseconds of a run, the mean of many. */
async function timed({ once }: Case): Promise<number> {
  const since = performance.now();
  let runs = 0;
  while (performance.now() - since < milliseconds || runs < 3) {
    await once();
    runs++;
  }
  return (performance.now() - since) / runs;
}

/** Additions and products in turn, none of which can be left out. */
function chain(length: number): (x: Tensor<"a">) => Tensor<"a"> {
  return (x) => {
    let y = x;
    for (let i = 0; i < length; i++) y = i % 2 === 0 ? add(y, x) : mul(y, x);
    return y;
  };
}

async function decoding(
  runtime: Case["runtime"],
  devices: Awaited<ReturnType<(typeof open)["workers"]>>,
): Promise<Case> {
  const config: Config = parseConfig({
    vocab_size: 64,
    max_position_embeddings: 16,
    hidden_size: 48,
    num_layers: quick ? 2 : 12,
    num_heads: 12,
  });
  const dims = dimsOf(config, 1, 1);
  const layout = defineLayout<string, string>({ dims: { ...dims }, mesh, rules: {} });
  const begin = lower(() => initialParameters(config, dims, key(1)), {
    layout,
    inputs: [] as const,
  });
  const make = await devices.load(begin);
  const parameters = await make();
  await make.unload();
  const tokens = placeholder([dims.batch, dims.length], "int32");
  const lowered = lower(
    (p: typeof begin.result, ids: typeof tokens) => forward(config, dims, p, ids).logits,
    { layout, inputs: [begin.result, tokens] as const },
  );
  const run = await devices.load(lowered);
  return {
    program: "decoding step",
    runtime,
    instructions: count(lowered.program.instructions),
    async once() {
      const logits = await run(parameters as never, [7]);
      await logits.readBox([0, 0, 0].map(() => ({ begin: 0, size: 1 })));
      logits.dispose();
    },
  };
}

function count(instructions: readonly Instruction[]): number {
  return instructions.reduce((n, i) => n + (i.kind === "region" ? count(i.body) : 1), 0);
}

function whole(): { split: Record<string, never>; partial: [] } {
  return { split: {}, partial: [] };
}
