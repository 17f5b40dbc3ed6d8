import {
  dimsOf,
  initialState,
  layoutOf,
  loadConfig,
  meshOf,
  openDevices,
  slicedState,
  statePlaceholders,
  trainingStep,
} from "gpt-neo";
import { dimension, lower, memoryPlan, placeholder } from "mtf";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, note, printLines, size, table } from "./lib/report.ts";
import { systems } from "./lib/systems.ts";
import type { Timed } from "./peers/serve-steps.ts";
import { removeTask, type Task, workload, writeTask } from "./peers/task.ts";

const help = `
Does a device hold what the plan of a program says, and how much does training take elsewhere?

  npm run bench -- memory [--length N] [--steps N] [--json]

Trains the 125M configuration with AdamW on two workers for a few steps of 1 × 1,024 tokens each, the
batch split and what the optimizer keeps stored split, as gpt-neo train does, and compares the most
that a worker held with memoryPlan(program).peakBytes. The process's own peak is beside it: it includes Node, the workers'
stacks and memory that was freed and not given back. So is the peak of a process of PyTorch, eager, that
trains the same model on one row of tokens, where python3 has it.

  --length N  tokens of a row (1024)
  --steps N   steps to take (3)`;

const { json, quick, values } = readOptions(help, ["length", "steps"]);
const steps = countOf(values.steps, "steps", 3);
const name = quick ? "tiny" : "125M";
const config = await loadConfig(name);
const length = countOf(values.length, "length", quick ? 16 : 1024);
const mesh = meshOf({ mesh: "data:2" }, 2);
const dims = dimsOf(config, 2, length);
const layout = slicedState(layoutOf({}, mesh, dims), config, dims);
const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
const inputs = [statePlaceholders(config, dims), rows, rows] as const;
const lowered = lower(trainingStep(config, dims), { layout, inputs, donate: [0] });
const plan = memoryPlan(lowered.program);
note(`${name}: planned ${size(plan.peakBytes)} a device, ${size(plan.inputBytes)} of it the state`);

const before = process.memoryUsage.rss();
const devices = await openDevices({}, mesh);
try {
  const run = await devices.load(lowered);
  const initial = lower(() => initialState(config, dims), { layout, inputs: [] as const });
  const make = await devices.load(initial);
  let held = await make();
  await make.unload();
  note("the state is made");
  // Reading begins a new peak: only the steps count.
  await devices.usage();
  const tokens = Int32Array.from({ length: 2 * length }, (_, i) => (i * 7919) % config.vocab_size);
  const labels = Int32Array.from(tokens, (token) => (token + 1) % config.vocab_size);
  for (let step = 1; step <= steps; step++) {
    const since = performance.now();
    const [next, report] = await run(held, tokens, labels);
    held = next;
    const loss = await report.loss.number();
    report.gradientNorm.dispose();
    note(`step ${step}: loss ${loss!.toFixed(4)}, ${figure(performance.now() - since)} ms`);
  }
  const peaks = (await devices.usage()).map((device) => device.peakBytes);
  const peakBytes = Math.max(...peaks);
  // In kilobytes.
  const rssBytes = process.resourceUsage().maxRSS * 1024;
  const result = {
    config: name,
    mesh: mesh.axes,
    steps,
    planBytes: plan.peakBytes,
    peakBytes,
    ratio: peakBytes / plan.peakBytes,
    devices: peaks,
    rssBytes,
    rssBytesPerDevice: (rssBytes - before) / mesh.size,
    pytorchBytes: await peakOfPyTorch(),
  };
  if (json) printLines([result]);
  else {
    const line = (what: string, bytes: number) => [
      what,
      size(bytes),
      figure(bytes / plan.peakBytes),
    ];
    const lines = [
      line("planned for a device", plan.peakBytes),
      ...peaks.map((bytes, device) => line(`held at most by device ${device}`, bytes)),
      line("process, for each device", result.rssBytesPerDevice),
      ...(result.pytorchBytes === null ? [] : [line("PyTorch's process", result.pytorchBytes)]),
    ];
    console.log(table([`${name}, ${steps} steps`, "bytes", "of plan"], lines));
  }
} finally {
  await devices.close();
}

/** The most that a process of PyTorch takes for the same steps; null where there is none. */
async function peakOfPyTorch(): Promise<number | null> {
  const missing = systems.pytorch.missing?.();
  if (missing) {
    note(`PyTorch is left out: ${missing}`);
    return null;
  }
  const { num_layers: layers, hidden_size: embd, num_heads: heads } = config;
  const { vocab_size: vocab, window_size: window } = config;
  const task: Task = { ...workload, layers, embd, heads, vocab, window, batch: 1, length };
  const folder = await writeTask(task);
  const child = systems.pytorch.start(folder);
  try {
    const { peakBytes, by } = await child.ask<Timed & { peakBytes: number }>({ steps });
    note(`${by}: ${steps} steps taken`);
    return peakBytes;
  } finally {
    await child.end();
    await removeTask(folder);
  }
}
