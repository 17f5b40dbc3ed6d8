import {
  type AdamState,
  adamState,
  adamw,
  clipByGlobalNorm,
  placeholder,
  sum,
  type Tensor,
  valueAndGrad,
} from "mtf";
import { openSafetensors } from "mtf/checkpoint";
import type { Devices } from "mtf/simulator";
import { type Config, loadConfig, parseConfig, toJson } from "../../src/config/index.ts";
import { ignoredLabel } from "../../src/data/index.ts";
import { loss } from "../../src/loss.ts";
import type { Parameters } from "../../src/models/index.ts";
import { forward, parameterNames, parameterPlaceholders } from "../../src/models/index.ts";
import { microbatchOf, trainingStep } from "../../src/train/step.ts";
import {
  disagreement,
  type Expected,
  expectedScalar,
  fixture,
  readJson,
  readTensors,
  type Tolerance,
} from "../support/expected.ts";
import { type Numbers, onDevices } from "../support/on-devices.ts";
import type { Case } from "./layouts.ts";

// What a fixture such as gpt-neo-tiny says of every part of a model, and how far a layout is from it.

interface Steps {
  readonly losses: readonly number[];
  readonly grad_norms: readonly number[];
  readonly losses_f64: readonly number[];
  readonly grad_norms_f64: readonly number[];
}

interface Fixture {
  readonly loss: Readonly<Record<string, { readonly f32: number; readonly f64: number }>>;
  readonly adamw: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay: number;
    readonly steps: number;
    readonly decay_all: Steps;
    readonly decay_2d_only: Steps;
  };
  readonly tolerance: Readonly<Record<string, Tolerance>>;
}

/** How far results are from what is expected of them, each as a part of what is allowed. */
export type Disagreements = ReadonlyMap<string, number>;

function compare(numbers: Numbers, with_: ReadonlyMap<string, Expected>): Disagreements {
  return new Map(
    [...with_].map(([path, e]) => [path, disagreement(numbers.get(path) ?? [], e)] as const),
  );
}

/** How far a model is from its fixture, part by part. */
export interface Tiny {
  readonly config: Config;
  /** Hidden states, logits, losses and every gradient. */
  forwardAndBackward(devices: Devices, at: Case): Promise<Disagreements>;
  /** Rows with padding: on the left, and, where the fixture has them, on the right and with holes. */
  padding(devices: Devices, at: Case): Promise<Disagreements>;
  /** Five steps of AdamW with clipping: losses, norms, and the parameters after them. */
  steps(devices: Devices, at: Case, decays: "all" | "matrices"): Promise<Disagreements>;
}

/**
 * Reads a fixture.
 *
 * @param name its folder
 * @param folder where its weights are; by default there
 */
export async function tiny(
  name: string,
  folder: string = fixture(`hugging-face/${name}`),
): Promise<Tiny> {
  const tensors = await readTensors(`hugging-face/${name}/expected.safetensors`);
  const told = await readJson<Fixture>(`hugging-face/${name}/expected.json`);
  const config = await loadConfig(`${folder}/config.json`);
  const [batch, length] = await shapeOf(name);

  function expected(name: string): Expected {
    return { numbers: tensors.get(name)!, tolerance: told.tolerance[name]! };
  }

  function integers(name: string): Int32Array {
    return Int32Array.from(tensors.get(name)!);
  }

  /** The label of each place is the id of the next; the last has none. */
  function shifted(ids: Int32Array): Int32Array {
    return ids.map((_, i) => ((i + 1) % length === 0 ? ignoredLabel : ids[i + 1]!));
  }

  async function forwardAndBackward(devices: Devices, at: Case): Promise<Disagreements> {
    const model = await onDevices(devices, at, {
      folder,
      config,
      batch,
      length,
      inputs: (dims) => {
        const rows = placeholder([dims.batch, dims.length], "int32");
        return [parameterPlaceholders(config, dims), rows, rows, rows];
      },
      fn: (dims) => (parameters: Parameters, tokens: Rows, labels: Rows, ignoring: Rows) => {
        const lossOf = (p: Parameters, given: Rows) =>
          loss(forward(config, dims, p, tokens).logits, given);
        return {
          ...forward(config, dims, parameters, tokens),
          all: valueAndGrad(lossOf)(parameters, labels),
          ignoring: valueAndGrad(lossOf)(parameters, ignoring),
        };
      },
    });
    const ids = integers("input_ids");
    const numbers = await model.call(ids, shifted(ids), shifted(integers("labels_ignored")));
    const wanted = new Map<string, Expected>();
    const last = config.num_layers;
    for (let i = 0; i < last; i++) wanted.set(`hidden/${i}`, expected(`hidden.${i}`));
    wanted.set(`hidden/${last}`, expected("hidden.last_before_final_norm"));
    wanted.set("final", expected(`hidden.${last}`));
    wanted.set("logits", expected("logits"));
    const { "labels=input_ids": all, labels_ignored: ignoring } = told.loss;
    wanted.set("all/0", expectedScalar(all!.f32, all!.f64));
    wanted.set("ignoring/0", expectedScalar(ignoring!.f32, ignoring!.f64));
    for (const { path, name } of parameterNames(config)) {
      wanted.set(`all/1/${path}`, expected(`grad.${name}`));
      const ignored = `grad_ignored.${name}`;
      // Not every fixture has these; the loss is compared in all of them.
      if (tensors.has(ignored)) wanted.set(`ignoring/1/${path}`, expected(ignored));
    }
    return compare(numbers, wanted);
  }

  async function padding(devices: Devices, at: Case): Promise<Disagreements> {
    const model = await onDevices(devices, at, {
      folder,
      config,
      batch,
      length,
      inputs: (dims) => [
        parameterPlaceholders(config, dims),
        placeholder([dims.batch, dims.length], "int32"),
        placeholder([dims.batch, dims.length], "int32"),
        placeholder([dims.batch, dims.memory_length], "bool"),
      ],
      fn:
        (dims) =>
        (
          parameters: Parameters,
          tokens: Rows,
          positions: Rows,
          attended: Tensor<"batch" | "memory_length", "bool">,
        ) => ({
          own: forward(config, dims, parameters, tokens, { positions, attended }).logits,
          first: forward(config, dims, parameters, tokens, { attended }).logits,
        }),
    });
    const found = new Map<string, number>();
    for (const kind of ["left", "right", "holes"]) {
      if (!tensors.has(`${kind}.logits`)) continue;
      const counts = integers(`${kind}.attention_mask`);
      const positions = integers(`${kind}.position_ids`);
      const numbers = await model.call(integers("input_ids"), positions, Uint8Array.from(counts));
      const wanted = new Map([
        ["own", { ...expected(`${kind}.logits`), counts }],
        ["first", { ...expected(`${kind}.logits_default_positions`), counts }],
      ]);
      for (const [path, far] of compare(numbers, wanted)) found.set(`${kind}/${path}`, far);
    }
    return found;
  }

  async function steps(
    devices: Devices,
    at: Case,
    decays: "all" | "matrices",
  ): Promise<Disagreements> {
    const { lr, betas, eps, weight_decay } = told.adamw;
    const training = parseConfig({
      ...toJson(config),
      training: {
        batch_size: batch,
        context: length,
        learning_rate: lr,
        warmup_steps: 0,
        schedule: "constant",
        betas,
        epsilon: eps,
        weight_decay,
        clip_norm: 1,
      },
    });
    const model = await onDevices(devices, at, {
      folder,
      config: training,
      batch,
      length,
      steps: true,
      inputs: (dims) => {
        const rows = placeholder([dims.batch, microbatchOf(training), dims.length], "int32");
        return [
          adamState(parameterPlaceholders(training, dims)) as AdamState<Parameters>,
          rows,
          rows,
        ];
      },
      fn: (dims) =>
        decays === "matrices"
          ? trainingStep(training, dims)
          : (state: AdamState<Parameters>, tokens: Microbatches, labels: Microbatches) => {
              const lossOf = (p: Parameters) =>
                loss(forward(training, dims, p, row(tokens)).logits, row(labels));
              const [value, gradient] = valueAndGrad(lossOf)(state.params);
              const { clipped, norm } = clipByGlobalNorm(gradient, 1);
              const [beta1, beta2] = betas;
              const decay = { rate: lr, beta1, beta2, epsilon: eps, decay: weight_decay };
              return [adamw(state, clipped, decay), { loss: value, gradientNorm: norm }] as const;
            },
    });
    const { losses, losses_f64, grad_norms, grad_norms_f64 } =
      told.adamw[decays === "all" ? "decay_all" : "decay_2d_only"];
    const found = new Map<string, number>();
    const ids = integers("train_ids");
    for (let step = 0; step < told.adamw.steps; step++) {
      const tokens = ids.slice(step * batch * length, (step + 1) * batch * length);
      const numbers = await model.call(tokens, shifted(tokens));
      const wanted = new Map([
        ["1/loss", expectedScalar(losses[step]!, losses_f64[step]!)],
        ["1/gradientNorm", expectedScalar(grad_norms[step]!, grad_norms_f64[step]!)],
      ]);
      for (const [path, far] of compare(numbers, wanted)) found.set(`step ${step}: ${path}`, far);
    }
    const kind = decays === "all" ? "after" : "after_wd2d";
    const after = new Map<string, Expected>();
    for (const { path, name } of parameterNames(training)) {
      const skipped = tensors.get(`skip_after.${name}`);
      const counts = skipped && { counts: skipped.map((x) => 1 - x) };
      // Where a fixture lacks them, its losses and norms of five steps tell as much.
      if (!tensors.has(`${kind}.${name}`)) continue;
      after.set(`params/${path}`, { ...expected(`${kind}.${name}`), ...counts });
    }
    for (const [path, far] of compare(await model.read(), after)) found.set(path, far);
    return found;
  }

  return { config, forwardAndBackward, padding, steps };
}

type Rows = Tensor<"batch" | "length", "int32">;

type Microbatches = Tensor<"microbatch" | "batch" | "length", "int32">;

/** The rows of the only microbatch. */
function row(rows: Microbatches): Rows {
  return sum(rows, "microbatch") as Rows;
}

/** The rows of a fixture's ids, and how long they are. */
async function shapeOf(name: string): Promise<readonly [batch: number, length: number]> {
  const file = await openSafetensors(fixture(`hugging-face/${name}/expected.safetensors`));
  const { shape } = file.tensors.get("input_ids")!;
  await file.close();
  return shape as [number, number];
}
