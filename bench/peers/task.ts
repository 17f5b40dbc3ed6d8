import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A GPT-Neo, a batch, and how it learns: the work that every system does. */
export interface Task {
  readonly layers: number;
  readonly embd: number;
  readonly heads: number;
  readonly vocab: number;
  readonly batch: number;
  readonly length: number;
  /** How far layers 1, 3, 5 … look back; the others see everything. */
  readonly window: number;
  readonly epsilon: number;
  /** Of AdamW with clipping by the global norm; what has one dim does not decay. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly adamEpsilon: number;
  readonly decay: number;
  readonly clip: number;
}

const learning = {
  epsilon: 1e-5,
  rate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  adamEpsilon: 1e-8,
  decay: 0.1,
  clip: 1,
};

export const workload: Task = {
  layers: 4,
  embd: 256,
  heads: 8,
  vocab: 50257,
  batch: 8,
  length: 128,
  window: 64,
  ...learning,
};

export const quickWorkload: Task = {
  layers: 2,
  embd: 16,
  heads: 2,
  vocab: 101,
  batch: 4,
  length: 8,
  window: 4,
  ...learning,
};

/** A parameter by its path in gpt-neo's `Parameters`; matrices are [out, in]. */
export interface Parameter {
  readonly path: string;
  readonly shape: readonly number[];
  /** Of its first number in the file of all parameters, in bytes. */
  readonly offset: number;
}

/** The task as it lies in a folder, where every system reads it. */
export interface Given {
  readonly task: Task;
  /** Raw float32. */
  readonly file: string;
  readonly parameters: readonly Parameter[];
  /** `batch` rows of `length + 1` tokens: what is read, and one further what is to be said. */
  readonly tokens: readonly (readonly number[])[];
}

/** Writes a task with its first parameters and its batch; gives the folder. */
export async function writeTask(task: Task): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "train-step-"));
  const random = generator(1);
  const parameters: Parameter[] = [];
  const parts: Float32Array[] = [];
  let offset = 0;
  for (const [path, shape, begin] of shapes(task)) {
    const numbers = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (begin === "normal") fillNormal(numbers, random, 0.02);
    else numbers.fill(begin === "ones" ? 1 : 0);
    parameters.push({ path, shape, offset });
    parts.push(numbers);
    offset += numbers.byteLength;
  }
  const file = join(folder, "parameters.bin");
  await writeFile(file, parts as never);
  const tokens = Array.from({ length: task.batch }, () =>
    Array.from({ length: task.length + 1 }, () => Math.floor(random() * task.vocab)),
  );
  const given: Given = { task, file, parameters, tokens };
  await writeFile(join(folder, "task.json"), JSON.stringify(given));
  return folder;
}

export async function removeTask(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

export async function readTask(folder: string): Promise<Given> {
  return JSON.parse(await readFile(join(folder, "task.json"), "utf8")) as Given;
}

/** All parameters' numbers, by path. */
export async function readParameters(given: Given): Promise<Map<string, Float32Array>> {
  const { buffer, byteOffset } = await readFile(given.file);
  return new Map(
    given.parameters.map(({ path, shape, offset }) => [
      path,
      new Float32Array(
        buffer as ArrayBuffer,
        byteOffset + offset,
        shape.reduce((a, b) => a * b, 1),
      ),
    ]),
  );
}

/** The tokens read and the labels, row by row. */
export function batchOf({ task, tokens }: Given): { tokens: Int32Array; labels: Int32Array } {
  return {
    tokens: Int32Array.from(tokens.flatMap((row) => row.slice(0, task.length))),
    labels: Int32Array.from(tokens.flatMap((row) => row.slice(1))),
  };
}

/** What is added to attention logits, [length, length]: 0, or much less where nothing is seen. */
export function attentionBias({ length, window }: Task, layer: number): Float32Array {
  const reach = layer % 2 === 0 ? length : window;
  return Float32Array.from({ length: length * length }, (_, i) => {
    const distance = Math.floor(i / length) - (i % length);
    return distance >= 0 && distance < reach ? 0 : -1e9;
  });
}

type Begin = "normal" | "zeros" | "ones";

function shapes({
  layers,
  embd,
  vocab,
  length,
}: Task): (readonly [string, readonly number[], Begin])[] {
  const ff = 4 * embd;
  const norm = (path: string) =>
    [
      [`${path}/gain`, [embd], "ones"],
      [`${path}/bias`, [embd], "zeros"],
    ] as const;
  const block = (path: string) =>
    [
      ...norm(`${path}/ln_1`),
      [`${path}/attn/q`, [embd, embd], "normal"],
      [`${path}/attn/k`, [embd, embd], "normal"],
      [`${path}/attn/v`, [embd, embd], "normal"],
      [`${path}/attn/out`, [embd, embd], "normal"],
      [`${path}/attn/bias`, [embd], "zeros"],
      ...norm(`${path}/ln_2`),
      [`${path}/mlp/up`, [ff, embd], "normal"],
      [`${path}/mlp/upBias`, [ff], "zeros"],
      [`${path}/mlp/down`, [embd, ff], "normal"],
      [`${path}/mlp/downBias`, [embd], "zeros"],
    ] as const;
  return [
    ["wte", [vocab, embd], "normal"],
    ["wpe", [length, embd], "normal"],
    ...Array.from({ length: layers }, (_, i) => block(`h/${i}`)).flat(),
    ...norm("ln_f"),
  ];
}

function fillNormal(out: Float32Array, random: () => number, spread: number): void {
  for (let i = 0; i < out.length; i += 2) {
    const radius = spread * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
  }
}

/** Numbers in [0, 1): mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
