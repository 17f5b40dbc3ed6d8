import { cpus } from "node:os";
import type { Child } from "./lib/child.ts";
import { chosen, countOf, fail, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";
import { type SystemName, systems } from "./lib/systems.ts";
import type { Timed } from "./peers/serve-steps.ts";
import { quickWorkload, removeTask, workload, writeTask } from "./peers/task.ts";

const help = `
How many tokens a second does training get through, here and elsewhere?

  npm run bench -- train-step [--systems a,b] [--rounds N] [--steps N] [--json]

A GPT-Neo of 4 layers, embd 256, 8 heads and 50257 words, 8 × 128 tokens a step, AdamW with clipped
gradients, float32. Every system begins with the same numbers and must report the same losses. Each
runs in a process of its own; they take turns, and the median round counts. What needs more than
10 s for a step is given one timed step.

  ours-1              gpt-neo on one worker
  ours-2-data         gpt-neo on two workers, the batch split
  ours-2-model        gpt-neo on two workers, heads, ff and vocab split
  ours-…-own          the three without a BLAS, as npm installs them; left out where none is found
  ours-tensorflow     gpt-neo on one device of TensorFlow's kernels, if tfjs-node is installed
  jax-js              @jax-js/jax, wasm, eager
  tfjs-wasm           TensorFlow.js, wasm, tf.train.adam
  tfjs-wasm-explicit  the same, its products' gradients by hand without the slow transpose flags
  tfjs-node           TensorFlow.js, TensorFlow's kernels, tf.train.adam, if it is installed
  pytorch             PyTorch, eager, where python3 has it
  jax                 JAX, compiled by jit, where python3 has it

  --systems a,b  only these
  --rounds N     how often they take turns (3)
  --steps N      steps in a turn (3)`;

/** The ratios that tell something, in tables. */
const ratios: readonly (readonly [SystemName, SystemName])[] = [
  ["ours-2-data", "jax-js"],
  ["ours-2-data", "ours-1"],
  ["ours-2-model", "ours-1"],
  ["ours-2-data-own", "ours-1-own"],
  ["ours-2-data", "ours-2-data-own"],
  ["ours-1", "tfjs-wasm-explicit"],
  ["ours-tensorflow", "tfjs-node"],
  ["ours-2-data", "pytorch"],
  ["ours-2-data", "jax"],
  ["ours-2-model", "ours-2-data"],
];

/** Milliseconds for a step above which a system is given one timed step. */
const slow = 10_000;

interface Measured {
  readonly milliseconds: number[];
  readonly losses: number[];
  child: Child | undefined;
  isSlow: boolean;
  /** What it computes with. */
  by: string;
}

const { json, quick, values } = readOptions(help, ["systems", "rounds", "steps"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const steps = countOf(values.steps, "steps", quick ? 2 : 3);
const wanted = chosen(values.systems, "systems", Object.keys(systems) as SystemName[]);
const names = wanted.filter((name) => {
  const missing = systems[name].missing?.();
  if (missing) note(`${name} is left out: ${missing}`);
  return !missing;
});
if (names.length === 0) fail("none of these systems is here");
const task = quick ? quickWorkload : workload;
const folder = await writeTask(task);
const measured = new Map<SystemName, Measured>();
try {
  for (let round = 0; round < rounds; round++) {
    for (const name of names) await turn(name, round);
  }
} finally {
  for (const { child } of measured.values()) await child?.end();
  await removeTask(folder);
}
if (measured.size === 0) fail("no system could be measured");
const tokens = task.batch * task.length;
const results = [...measured].map(([system, { milliseconds, losses, by }]) => ({
  ...{ system, by },
  tokensPerSecond: (1000 * tokens) / median(milliseconds),
  steps: losses.length,
  losses: [losses[0]!, losses.at(-1)!],
}));
if (json) printLines(results);
else print();
check();

async function turn(name: SystemName, round: number): Promise<void> {
  const before = measured.get(name);
  if (before?.isSlow || (round > 0 && !before)) return;
  if (isSame(name)) return note(`${name} is left out: no BLAS was found, so it is the same`);
  const mine = before ?? { milliseconds: [], losses: [], child: undefined, isSlow: false, by: "" };
  try {
    if (!mine.child) {
      mine.child = systems[name].start(folder);
      const first = await mine.child.ask<Timed>({ steps: 1 });
      mine.losses.push(...first.losses);
      mine.by = first.by;
      mine.isSlow = first.milliseconds > slow;
      const next = mine.isSlow ? "one timed step" : `${rounds} × ${steps} timed steps`;
      note(`${name}: ${figure(first.milliseconds)} ms for a first step; ${next} to come`);
    }
    const count = mine.isSlow ? 1 : steps;
    const timed = await mine.child.ask<Timed>({ steps: count });
    mine.milliseconds.push(timed.milliseconds / count);
    mine.losses.push(...timed.losses);
    note(`${name}: ${figure(timed.milliseconds / count)} ms a step (round ${round + 1})`);
    measured.set(name, mine);
  } catch (error) {
    note(`${name} is left out: ${(error as Error).message}`);
    if (name.startsWith("ours")) process.exitCode = 1;
    measured.delete(name);
    mine.isSlow = true;
  }
  if (!mine.isSlow) return;
  await mine.child?.end();
  mine.child = undefined;
}

/** Whether a system is to do without what its like had to do without already. */
function isSame(name: SystemName): boolean {
  const like = measured.get(name.replace(/-own$/, "") as SystemName);
  return name.endsWith("-own") && like !== undefined && !like.by.includes("+");
}

function print(): void {
  const rows = results.map(({ system, by, tokensPerSecond, steps: taken, losses }) => [
    system,
    figure(tokensPerSecond),
    `${taken}`,
    losses.map((x) => x.toFixed(4)).join(" → "),
    by,
  ]);
  const all = cpus();
  console.log(`${all.length} × ${all[0]?.model.trim()}, Node ${process.versions.node}\n`);
  console.log(table(["system", "tokens/s", "steps", "loss", "by"], rows));
  const speed = new Map(results.map((r) => [r.system, r.tokensPerSecond]));
  const known = ratios.filter((pair) => pair.every((name) => speed.has(name)));
  if (known.length === 0) return;
  console.log("");
  const lines = known.map(([a, b]) => [`${a} / ${b}`, figure(speed.get(a)! / speed.get(b)!)]);
  console.log(table(["ratio", ""], lines));
}

/** Whether they all did the same work: the same losses, step by step, and falling. */
function check(): void {
  const [reference] = results;
  const truth = measured.get(reference!.system)!.losses;
  for (const [system, { losses }] of measured) {
    const at = losses.findIndex(
      (x, i) => i < truth.length && !(Math.abs(x / truth[i]! - 1) < 0.01),
    );
    if (at >= 0) {
      note(`${system} lost ${losses[at]} in step ${at + 1}, ${reference!.system} ${truth[at]}`);
      process.exitCode = 1;
    }
    if (!(losses.at(-1)! < losses[0]!)) {
      note(`${system} does not learn: ${losses.join(", ")}`);
      process.exitCode = 1;
    }
  }
}
