import { defineMesh, lower, memoryPlan, placeholder, type Tensor, valueAndGrad } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { type Config, loadConfig, parseConfig, toJson } from "../src/config/index.ts";
import { loss } from "../src/loss.ts";
import {
  dimsOf,
  type ForwardOptions,
  forward,
  type Parameters,
  parameterPlaceholders,
} from "../src/models/index.ts";
import { layoutOf } from "../src/session.ts";
import { type Case, layouts } from "./hugging-face/layouts.ts";
import { fixture } from "./support/expected.ts";
import { type Numbers, onDevices } from "./support/on-devices.ts";

type Rows = Tensor<"batch" | "length", "int32">;
type Attended = Tensor<"batch" | "memory_length", "bool">;

const folder = fixture("weights/safetensors/one");
const found = await loadConfig(folder);
const rows = 3;
/** How many tokens global layers look at in blocks. */
const many = 256;

/** Logits and gradients of rows of several documents. */
async function compute(config: Config, length: number, at: Case, all: boolean): Promise<Numbers> {
  const batch = length < many ? rows : 1;
  const devices = await simulator(defineMesh(at.mesh), { backend: "reference" });
  try {
    const model = await onDevices(devices, at, {
      ...{ folder, config, batch, length },
      inputs: (dims) => {
        const row = placeholder([dims.batch, dims.length], "int32");
        const attended = placeholder([dims.batch, dims.memory_length], "bool");
        return [parameterPlaceholders(config, dims), row, row, attended];
      },
      fn: (dims) => (parameters: Parameters, tokens: Rows, documents: Rows, attended: Attended) => {
        const options: ForwardOptions = {
          documents,
          // The model has fewer positions than many.
          ...(length >= many && { positions: documents }),
          // A mask of what is attended to has all of the length computed.
          ...(all && { attended }),
        };
        const lossOf = (p: Parameters) =>
          loss(forward(config, dims, p, tokens, options).logits, tokens);
        const { logits } = forward(config, dims, parameters, tokens, options);
        return { logits, loss: valueAndGrad(lossOf)(parameters) };
      },
    });
    const size = batch * length;
    const tokens = Int32Array.from({ length: size }, (_, i) => (i * i * 7 + 3) % config.vocab_size);
    const documents = tokens.map((_, i) => Math.floor((i % length) / 7));
    return await model.call(tokens, documents, new Uint8Array(size).fill(1));
  } finally {
    await devices.close();
  }
}

const windowed = (window_size: number): Config => parseConfig({ ...toJson(found), window_size });

it.each([
  [3, 20, "one device"],
  [4, 19, "one device"],
  [4, 19, "sequence split"],
  [5, 20, "sequence and memory split"],
  [4, 17, "uneven in three"],
] as const)(
  "a window of %i in %i tokens is what a mask of all of them shows; %s",
  async (window, length, name) => {
    const config = windowed(window);
    const wanted = await compute(config, length, layouts["one device"]!, true);
    const given = await compute(config, length, layouts[name]!, false);
    for (const [path, numbers] of wanted) {
      const far = Math.max(...Array.from(numbers, (x, i) => Math.abs(x - given.get(path)![i]!)));
      expect(far, path).toBeLessThan(1e-9);
    }
  },
);

let plain: Promise<Numbers> | undefined;

it.each(["one device", "sequence and memory split"])(
  "what all layers see of many tokens in blocks is what a mask of all of them shows; %s",
  async (name) => {
    const config = windowed(100);
    plain ??= compute(config, many, layouts["one device"]!, true);
    const wanted = await plain;
    const given = await compute(config, many, layouts[name]!, false);
    for (const [path, numbers] of wanted) {
      const far = Math.max(...Array.from(numbers, (x, i) => Math.abs(x - given.get(path)![i]!)));
      expect(far, path).toBeLessThan(1e-9);
    }
  },
);

it("layers hold no scores of all tokens to all, but with a mask", () => {
  const peak = (length: number, kind: "local" | "global", masked = false): number => {
    const config = parseConfig({
      ...{ vocab_size: 11, hidden_size: 16, num_layers: 2, num_heads: 4, window_size: 16 },
      ...{ max_position_embeddings: length, attention_types: [[[kind], 2]] },
    });
    const dims = dimsOf(config, 1, length);
    const inputs = [
      parameterPlaceholders(config, dims),
      placeholder([dims.batch, dims.length], "int32"),
      placeholder([dims.batch, dims.memory_length], "bool"),
    ] as const;
    const layout = layoutOf({}, defineMesh({ data: 1 }), dims);
    const logits = (p: Parameters, tokens: Rows, attended: Attended) =>
      forward(config, dims, p, tokens, masked ? { attended } : {}).logits;
    return memoryPlan(lower(logits, { layout, inputs }).program).peakBytes;
  };
  expect(peak(2048, "local") / peak(1024, "local")).toBeLessThan(2.05);
  expect(peak(2048, "global") / peak(1024, "global")).toBeLessThan(2.05);
  expect(peak(2048, "global", true) / peak(1024, "global", true)).toBeGreaterThan(3.5);
});
