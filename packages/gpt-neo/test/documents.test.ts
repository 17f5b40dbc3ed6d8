import { adamState, defineMesh, placeholder, type Tensor, valueAndGrad } from "mtf";
import { simulator } from "mtf/simulator";
import { describe, expect, it } from "vitest";
import { type Config, loadConfig, parseConfig, toJson } from "../src/config/index.ts";
import { ignoredLabel } from "../src/data/index.ts";
import { documentOptions } from "../src/documents.ts";
import { totalLoss } from "../src/loss.ts";
import {
  type Dims,
  type ForwardOptions,
  forward,
  type Parameters,
  parameterPlaceholders,
} from "../src/models/index.ts";
import { scoringStep } from "../src/scoring-step.ts";
import { microbatchOf, trainingStep } from "../src/train/step.ts";
import { type Case, few, layouts, someOf } from "./hugging-face/layouts.ts";
import { fixture } from "./support/expected.ts";
import { type Numbers, onDevices } from "./support/on-devices.ts";

type Rows = Tensor<"batch" | "length", "int32">;
type Backend = "wasm" | "reference";

const folder = fixture("weights/safetensors/one");
const found = await loadConfig(folder);
const end = found.eos_token_id;
const [rows, length] = [3, 20];

/** Rows of documents by the lengths of these, with the id that ends each but the last. */
const packed = [[7, 10, 3], [1, 1, 18], [20]];
const ids = (row: number, at: number): number => (row * 31 + at * at * 7 + at * 3) % end;

interface Document {
  readonly row: number;
  readonly begin: number;
  readonly size: number;
}

const documents: readonly Document[] = packed.flatMap((sizes, row) => {
  let begin = 0;
  return sizes.map((size) => {
    begin += size;
    return { row, begin: begin - size, size };
  });
});

/** The id at a place of a row; the last one of a document ends it. */
const tokens = Array.from({ length: rows * length }, (_, i) => {
  const [row, at] = [Math.floor(i / length), i % length];
  const last = documents.some((d) => d.row === row && d.begin + d.size === at + 1);
  return last && at + 1 < length ? end : ids(row, at);
});
const labels = tokens.map((id, i) => (id === end ? ignoredLabel : (tokens[i + 1] ?? 0)));

interface Kind {
  readonly attention: boolean;
  readonly reset: boolean;
}

function configOf({ attention, reset }: Kind): Config {
  const training = { ...found.training, cross_document_attention: attention };
  return parseConfig({ ...toJson(found), training: { ...training, reset_positions: reset } });
}

/** Logits, and the gradients of the summed loss. */
async function compute(
  at: Case,
  backend: Backend,
  config: Config,
  batch: number,
  given: readonly (readonly number[])[],
  optionsOf: (dims: Dims, tokens: Rows, positions: Rows) => ForwardOptions,
): Promise<Numbers> {
  const devices = await simulator(defineMesh(at.mesh), { backend });
  try {
    const model = await onDevices(devices, at, {
      folder,
      config,
      batch,
      length,
      inputs: (dims) => {
        const row = placeholder([dims.batch, dims.length], "int32");
        return [parameterPlaceholders(config, dims), row, row, row];
      },
      fn: (dims) => (parameters: Parameters, input: Rows, follow: Rows, positions: Rows) => {
        const options = optionsOf(dims, input, positions);
        const lossOf = (p: Parameters) =>
          totalLoss(forward(config, dims, p, input, options).logits, follow);
        const { logits } = forward(config, dims, parameters, input, options);
        return { logits, loss: valueAndGrad(lossOf)(parameters) };
      },
    });
    return await model.call(...given.map((numbers) => Int32Array.from(numbers)));
  } finally {
    await devices.close();
  }
}

const zeros = Array.from({ length: rows * length }, () => 0);

const together = (at: Case, backend: Backend, kind: Kind): Promise<Numbers> => {
  const config = configOf(kind);
  return compute(at, backend, config, rows, [tokens, labels, zeros], (dims, input) =>
    documentOptions(config, dims, input),
  );
};

/** Each document in a row of its own, as if there were no others. */
async function apart({ reset }: Kind): Promise<Numbers> {
  const spread = (of: (d: Document, i: number) => number, fill: number): number[] =>
    documents.flatMap((d) => Array.from({ length }, (_, i) => (i < d.size ? of(d, i) : fill)));
  const place = (d: Document, i: number): number => d.row * length + d.begin + i;
  const given = [
    spread((d, i) => tokens[place(d, i)]!, 0),
    spread((d, i) => labels[place(d, i)]!, ignoredLabel),
    spread((d, i) => (reset ? i : d.begin + i), 0),
  ];
  const config = configOf({ attention: true, reset: false });
  const alone = await compute(
    layouts["one device"]!,
    "reference",
    config,
    documents.length,
    given,
    (_, __, positions) => ({ positions }),
  );
  // The logits where the documents lie when they are together.
  const logits = new Float64Array(rows * length * config.vocab_size);
  const own = alone.get("logits")!;
  documents.forEach((d, row) => {
    for (let i = 0; i < d.size * config.vocab_size; i++) {
      const at = (d.row * length + d.begin) * config.vocab_size + i;
      logits[at] = own[row * length * config.vocab_size + i]!;
    }
  });
  return new Map([...alone, ["logits", logits]]);
}

/** The largest difference of any tensor, as a part of its largest number. */
function difference(some: Numbers, others: Numbers): number {
  const parts = [...others].map(([path, wanted]) => {
    const given = some.get(path)!;
    let [most, far] = [0, 0];
    for (let i = 0; i < wanted.length; i++) {
      most = Math.max(most, Math.abs(wanted[i]!));
      far = Math.max(far, Math.abs(given[i]! - wanted[i]!));
    }
    return far / Math.max(most, 1e-3);
  });
  return Math.max(...parts);
}

describe.each([
  ["that go on through a sample", { attention: false, reset: false }],
  ["that begin again", { attention: false, reset: true }],
] as const)("documents that do not see each other, at positions %s,", async (_, kind) => {
  const wanted = await apart(kind);

  it.each(someOf(Object.keys(layouts), few))(
    "are as if alone: logits, loss, gradients; %s",
    async (name) => {
      const at = layouts[name]!;
      expect(difference(await together(at, "reference", kind), wanted)).toBeLessThan(1e-9);
      expect(difference(await together(at, "wasm", kind), wanted)).toBeLessThan(1e-4);
    },
  );

  it("are so in training and validation", async () => {
    const config = configOf(kind);
    const one = layouts["one device"]!;
    const devices = await simulator(defineMesh(one.mesh), { backend: "reference" });
    const rowsIn = (dims: Dims) => placeholder([dims.batch, dims.length], "int32");
    const parts = (dims: Dims) =>
      placeholder([microbatchOf(config), dims.batch, dims.length], "int32");
    const loss = wanted.get("loss/0")![0]!;
    const count = labels.filter((label) => label >= 0).length;
    const given = [tokens, labels].map((numbers) => Int32Array.from(numbers));
    const use = { folder, config, batch: rows, length };
    try {
      const step = await onDevices(devices, one, {
        ...use,
        steps: true,
        inputs: (dims) => [
          adamState(parameterPlaceholders(config, dims)),
          parts(dims),
          parts(dims),
        ],
        fn: (dims) => trainingStep(config, dims),
      });
      const trained = (await step.call(...given)).get("1/loss")![0]!;
      expect(trained).toBeCloseTo(loss / count, 6);
      const validation = await onDevices(devices, one, {
        ...use,
        inputs: (dims) => [parameterPlaceholders(config, dims), rowsIn(dims), rowsIn(dims)],
        fn: (dims) => scoringStep(config, dims),
      });
      const validated = await validation.call(...given);
      expect(validated.get("0")![0]).toBeCloseTo(loss, 5);
      expect(validated.get("1")![0]).toBe(count);
    } finally {
      await devices.close();
    }
  });

  it("are not so without it", async () => {
    const seeing = { ...kind, attention: true };
    const one = layouts["one device"]!;
    expect(difference(await together(one, "reference", seeing), wanted)).toBeGreaterThan(0.01);
  });
});
