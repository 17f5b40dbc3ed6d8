import { existsSync } from "node:fs";
import {
  add,
  crossEntropyWithLogsumexp,
  greaterEqual,
  key,
  mul,
  type Scalar,
  square,
  sum,
  type Tensor,
  valueAndGrad,
  where,
} from "mtf";
import { openSafetensors } from "mtf/checkpoint";
import { entmaxCrossEntropy } from "mtf/nn";
import type { Devices } from "mtf/simulator";
import { type Config, loadConfig } from "../../src/config/index.ts";
import {
  forward,
  type Parameters,
  parameterNames,
  parameterPlaceholders,
} from "../../src/models/index.ts";
import { type Rows, rowsOf } from "../../src/rows.ts";
import { loadWeights } from "../../src/weights/index.ts";
import type { Case } from "../hugging-face/layouts.ts";
import { fixture, readJson } from "./expected.ts";
import { type Numbers, onDevices } from "./on-devices.ts";

// A model that the original was run with: what it computed, and what is computed here.

/** One of the original's models. */
export interface OriginalModel {
  readonly config: Config;
  /** Logits, loss and gradients as the original had them, by the paths of ours. */
  readonly wanted: Numbers;
  /** The same, computed here. */
  computed(devices: Devices, at: Case): Promise<Numbers>;
}

/** What a model's loss was with no gradients asked for, and with them, where it ran. */
export interface Losses {
  readonly [name: string]: {
    readonly loss_eval: number | null;
    readonly loss_train: number | null;
  };
}

export async function originalModel(name: string): Promise<OriginalModel> {
  const folder = fixture(`original-models/${name}`);
  const config = await loadConfig(`${folder}/config.json`);
  const io = await openSafetensors(`${folder}/io.safetensors`);
  const [batch, length] = io.tensors.get("inputs")!.shape as [number, number];
  const inputs = Int32Array.from(await io.read("inputs", { as: "float64" }));
  const given = Int32Array.from(await io.read("labels", { as: "float64" }));
  const logits = await io.read("logits", { as: "float64" });
  await io.close();
  // The id that filled rows was not guessed.
  const labels = config.original.causal ? given : given.map((id) => (id === 0 ? -100 : id));
  const losses = (await readJson<Losses>("original-models/losses.json"))[name]!;
  const wanted = new Map<string, ArrayLike<number>>([["logits", logits]]);
  if (losses.loss_train !== null) wanted.set("lossAndGradient/0", [losses.loss_train]);
  for (const [path, numbers] of await gradients(folder, config)) {
    wanted.set(`lossAndGradient/1/${path}`, numbers);
  }
  return {
    config,
    wanted,
    computed: async (devices, at) => {
      const model = await onDevices(devices, at, {
        folder,
        config,
        batch,
        length,
        inputs: (dims) => [parameterPlaceholders(config, dims), rowsOf(dims), rowsOf(dims)],
        fn: (dims) => (parameters: Parameters, tokens: Rows, follow: Rows) => {
          const lossOf = (p: Parameters) => {
            const training = { dropout: key(0) };
            const { logits, auxiliary } = forward(config, dims, p, tokens, training);
            const mean = mul(originalLoss(config, logits, follow), 1 / (batch * length));
            return auxiliary ? add(mean, auxiliary) : mean;
          };
          const { logits } = forward(config, dims, parameters, tokens);
          return { logits, lossAndGradient: valueAndGrad(lossOf)(parameters) };
        },
      });
      return model.call(inputs, labels);
    },
  };
}

/** The sum of all losses as the original had it: what fills rows counts in its mean. */
function originalLoss(
  config: Config,
  logits: Tensor<"batch" | "length" | "vocab">,
  labels: Rows,
): Scalar {
  const { loss: kind, z_loss } = config.training;
  if (kind === "entmax") return sum(entmaxCrossEntropy(logits, labels, "vocab"));
  const { loss, logsumexp } = crossEntropyWithLogsumexp(logits, labels, "vocab");
  // Of an id outside the vocabulary its z-loss is left; of what is not guessed nothing.
  const squares = where(greaterEqual(labels, 0), square(logsumexp), 0);
  return sum(add(loss, mul(squares, z_loss)));
}

async function gradients(folder: string, config: Config): Promise<Numbers> {
  const file = `${folder}/grads.safetensors`;
  if (!existsSync(file)) return new Map();
  const weights = await loadWeights(file);
  const found = new Map<string, ArrayLike<number>>();
  for (const { path, name } of parameterNames(config)) {
    found.set(path, await weights.read(name, { as: "float64" }));
  }
  await weights.close();
  return found;
}
