import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Child, start, startModule } from "./lib/child.ts";
import { chosen, countOf, fail, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";
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
  ours-tensorflow     gpt-neo on one device of TensorFlow's kernels, if tfjs-node is installed
  jax-js              @jax-js/jax, wasm, eager
  tfjs-wasm           TensorFlow.js, wasm, tf.train.adam
  tfjs-wasm-explicit  the same, its products' gradients by hand without the slow transpose flags
  tfjs-node           TensorFlow.js, TensorFlow's kernels, tf.train.adam, if it is installed
  pytorch             PyTorch, eager, where Python has it

  --systems a,b  only these
  --rounds N     how often they take turns (3)
  --steps N      steps in a turn (3)`;

const systems = {
  "ours-1": (folder: string) => startModule("peers/ours.ts", [folder, "data:1"]),
  "ours-2-data": (folder: string) => startModule("peers/ours.ts", [folder, "data:2"]),
  "ours-2-model": (folder: string) => startModule("peers/ours.ts", [folder, "model:2"]),
  "ours-tensorflow": (folder: string) =>
    startModule("peers/ours.ts", [folder, "data:1", "tensorflow"]),
  "jax-js": (folder: string) => startModule("peers/jax-js.ts", [folder]),
  "tfjs-wasm": (folder: string) => startModule("peers/tfjs.ts", [folder]),
  "tfjs-wasm-explicit": (folder: string) => startModule("peers/tfjs.ts", [folder, "explicit"]),
  "tfjs-node": (folder: string) => startModule("peers/tfjs.ts", [folder, "node"]),
  pytorch: (folder: string) =>
    start("python3", [fileURLToPath(new URL("peers/pytorch.py", import.meta.url)), folder]),
};
type System = keyof typeof systems;

/** The ratios that tell something, in tables. */
const ratios: readonly (readonly [System, System])[] = [
  ["ours-2-data", "jax-js"],
  ["ours-2-data", "ours-1"],
  ["ours-2-model", "ours-1"],
  ["ours-1", "tfjs-wasm-explicit"],
  ["ours-tensorflow", "tfjs-node"],
  ["ours-2-data", "pytorch"],
];

/** Milliseconds for a step above which a system is given one timed step. */
const slow = 10_000;

interface Measured {
  readonly milliseconds: number[];
  readonly losses: number[];
  child: Child | undefined;
  isSlow: boolean;
}

const { json, quick, values } = readOptions(help, ["systems", "rounds", "steps"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const steps = countOf(values.steps, "steps", quick ? 2 : 3);
const wanted = chosen(values.systems, "systems", Object.keys(systems) as System[]);
const names = wanted.filter((name) => {
  if (name === "pytorch") return pythonHasTorch();
  return !["ours-tensorflow", "tfjs-node"].includes(name) || tensorflowIsHere(name);
});
if (names.length === 0) fail("none of these systems is here");
const task = quick ? quickWorkload : workload;
const folder = await writeTask(task);
const measured = new Map<System, Measured>();
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
const results = [...measured].map(([system, { milliseconds, losses }]) => ({
  system,
  tokensPerSecond: (1000 * tokens) / median(milliseconds),
  steps: losses.length,
  losses: [losses[0]!, losses.at(-1)!],
}));
if (json) printLines(results);
else print();
check();

async function turn(name: System, round: number): Promise<void> {
  const before = measured.get(name);
  if (before?.isSlow || (round > 0 && !before)) return;
  const mine = before ?? { milliseconds: [], losses: [], child: undefined, isSlow: false };
  try {
    if (!mine.child) {
      mine.child = systems[name](folder);
      const first = await mine.child.ask<Timed>({ steps: 1 });
      mine.losses.push(...first.losses);
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

function pythonHasTorch(): boolean {
  if (spawnSync("python3", ["-c", "import torch"], { stdio: "ignore" }).status === 0) return true;
  note("pytorch is left out: python3 has no torch here");
  return false;
}

function tensorflowIsHere(name: System): boolean {
  try {
    createRequire(import.meta.url).resolve("@tensorflow/tfjs-node");
    return true;
  } catch {
    note(`${name} is left out: @tensorflow/tfjs-node is not installed`);
    return false;
  }
}

function print(): void {
  const rows = results.map(({ system, tokensPerSecond, steps: taken, losses }) => [
    system,
    figure(tokensPerSecond),
    `${taken}`,
    losses.map((x) => x.toFixed(4)).join(" → "),
  ]);
  console.log(table(["system", "tokens/s", "steps", "loss"], rows));
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
