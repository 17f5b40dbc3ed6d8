import { type Config, dimsOf, forward, initialParameters, parseConfig } from "gpt-neo";
import {
  add,
  at,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  type Instruction,
  key,
  lower,
  mul,
  placeholder,
  rename,
  scan,
  sigmoid,
  stack,
  sub,
  type Tensor,
  tanh,
  zeros,
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
GPT-Neo with the layers and heads of 125M and narrow ones; 64 steps of a GRU, in a scan and written
out. Microseconds an instruction are a whole run's time, reading one number included, over the
instructions it runs: those of a loop count once a round.

  --rounds N  how often everything takes turns (5)`;

const { json, quick, values } = readOptions(help, ["rounds"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 5);
const gruSteps = quick ? 8 : 64;
const [inScan, writtenOut] = [`scan of ${gruSteps} GRU steps`, `${gruSteps} GRU steps written out`];
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
    for (const program of [inScan, writtenOut]) {
      cases.push(await recurrent(program, runtime, devices));
    }
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
    for (const runtime of ["simulator", "workers"]) {
      const [scanned, written] = [inScan, writtenOut].map((program) => {
        const found = results.find((r) => r.program === program && r.runtime === runtime)!;
        return found.microsecondsPerRun / gruSteps;
      });
      const share = Math.round((100 * scanned!) / written!);
      console.log(
        `a round of the scan: ${figure(scanned!)} µs on ${runtime}, ${share} % of the step written out`,
      );
    }
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

/** Steps of a gated recurrent unit, in a scan or one after the other. */
async function recurrent(
  program: string,
  runtime: Case["runtime"],
  devices: Awaited<ReturnType<(typeof open)["workers"]>>,
): Promise<Case> {
  const dims = defineDims({ time: gruSteps, batch: 2, embd: 4, next: 4 });
  const { time, batch, embd, next } = dims;
  type State = Tensor<"batch" | "embd">;
  type Weight = Tensor<"embd" | "next">;
  const weights = Array.from({ length: 6 }, (): Weight => placeholder([embd, next]));
  const xs = placeholder([time, batch, embd]);
  const gru = (w: readonly Weight[], h: State, x: State): State => {
    const of = (y: State, i: number) =>
      rename(einsum(y, w[i]!, "batch", "next"), "next", "embd") as State;
    const gate = (i: number) => sigmoid(add(of(x, i), of(h, i + 3)));
    const [update, reset] = [gate(0), gate(1)];
    const candidate = tanh(add(of(x, 2), of(mul(reset, h), 5)));
    return add(h, mul(update, sub(candidate, h)));
  };
  const start = () => zeros([batch, embd]) as State;
  const scanned = (w: readonly Weight[], all: typeof xs) => {
    const step = (h: State, x: State) => {
      const after = gru(w, h, x);
      return [after, after] as const;
    };
    return scan(time, step, start(), all)[1];
  };
  const written = (w: readonly Weight[], all: typeof xs) => {
    const states: State[] = [];
    for (let i = 0; i < gruSteps; i++) {
      states.push(gru(w, states[i - 1] ?? start(), at(all, "time", i) as State));
    }
    return stack(states, time);
  };
  const layout = defineLayout({ dims, mesh, rules: {} });
  const lowered = lower(program === inScan ? scanned : (written as typeof scanned), {
    layout,
    inputs: [weights, xs] as const,
  });
  const run = await devices.load(lowered);
  const held = await run.put(0, weights.map(() => new Float32Array(16).fill(0.1)) as never);
  const data = await run.put(1, new Float32Array(gruSteps * 8).fill(0.2) as never);
  return {
    program,
    runtime,
    instructions: count(lowered.program.instructions),
    async once() {
      const states = await run(held, data);
      await states.readBox([0, 0, 0].map(() => ({ begin: 0, size: 1 })));
      states.dispose();
    },
  };
}

function count(instructions: readonly Instruction[]): number {
  return instructions.reduce((n, i) => {
    if (i.kind !== "region") return n + 1;
    return n + count(i.body) * (i.rounds.kind === "each" ? i.rounds.dim.size : 1);
  }, 0);
}

function whole(): { split: Record<string, never>; partial: [] } {
  return { split: {}, partial: [] };
}
