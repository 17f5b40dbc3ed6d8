import { defineMesh, dimension, logsumexp, placeholder, type Tensor, topK } from "mtf";
import { simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { ignoredLabel } from "../../src/data/index.ts";
import { loss } from "../../src/loss.ts";
import type { Parameters } from "../../src/models/index.ts";
import { forward, parameterPlaceholders } from "../../src/models/index.ts";
import { agreement } from "../support/agree.ts";
import {
  disagreement,
  expectedScalar,
  fixture,
  readJson,
  readTensors,
} from "../support/expected.ts";
import { onDevices } from "../support/on-devices.ts";
import { layouts } from "./layouts.ts";

// The real vocabulary, 50257 and uneven over everything, and the real window of 256.

interface Fixture {
  readonly loss_f32: number;
  readonly loss_f64: number;
  readonly max_abs_diff_f32_f64: number;
  readonly positions: readonly {
    readonly position: number;
    readonly top5_ids: readonly number[];
    readonly top5_logits: readonly number[];
    readonly logsumexp_f64: number;
  }[];
}

const agree = agreement("Hugging Face's gpt-neo-50257");
const names = ["one device", "vocab", "both", "sequence split", "uneven in three"];

it.each(names)(
  "computes what Hugging Face does with 50257 ids and a window of 256, %s",
  async (name) => {
    const at = layouts[name]!;
    const folder = fixture("hugging-face/gpt-neo-50257");
    const config = await loadConfig(`${folder}/config.json`);
    const told = await readJson<Fixture>("hugging-face/gpt-neo-50257/expected.json");
    const tensors = await readTensors("hugging-face/gpt-neo-50257/expected.safetensors");
    const ids = Int32Array.from(tensors.get("input_ids")!);
    const devices = await simulator(defineMesh(at.mesh), { backend: "wasm" });
    type Rows = Tensor<"batch" | "length", "int32">;
    const model = await onDevices(devices, at, {
      folder,
      config,
      batch: 1,
      length: ids.length,
      inputs: (dims) => {
        const rows = placeholder([dims.batch, dims.length], "int32");
        return [parameterPlaceholders(config, dims), rows, rows];
      },
      fn: (dims) => (parameters: Parameters, tokens: Rows, labels: Rows) => {
        const { logits } = forward(config, dims, parameters, tokens);
        const best = topK(logits, "vocab", dimension("rank", 5));
        return { loss: loss(logits, labels), best, sum: logsumexp(logits, "vocab"), logits };
      },
    });
    const labels = Int32Array.from(ids, (_, i) => ids[i + 1] ?? ignoredLabel);
    const found = await model.call(ids, labels);
    await devices.close();
    const far = new Map<string, number>();
    const tolerance = (numbers: readonly number[]) => ({
      max_abs_diff_f32_f64: told.max_abs_diff_f32_f64,
      max_abs: Math.max(...numbers.map(Math.abs)),
    });
    far.set("loss", disagreement(found.get("loss")!, expectedScalar(told.loss_f32, told.loss_f64)));
    for (const { position, top5_ids, top5_logits, logsumexp_f64 } of told.positions) {
      const at5 = (path: string) =>
        Array.from(found.get(path)!).slice(position * 5, position * 5 + 5);
      expect(at5("best/indices")).toEqual(top5_ids);
      const logits = { numbers: top5_logits, tolerance: tolerance(top5_logits) };
      far.set(`logits at ${position}`, disagreement(at5("best/values"), logits));
      const sum = { numbers: [logsumexp_f64], tolerance: tolerance([logsumexp_f64]) };
      far.set(`log-sum at ${position}`, disagreement([found.get("sum")![position]!], sum));
    }
    const last = [...tensors.get("last_logits")!];
    const logits = found.get("logits")!;
    const own = Array.from(
      { length: last.length },
      (_, i) => logits[(ids.length - 1) * last.length + i]!,
    );
    far.set("last logits", disagreement(own, { numbers: last, tolerance: tolerance(last) }));
    agree(name, far);
  },
);
