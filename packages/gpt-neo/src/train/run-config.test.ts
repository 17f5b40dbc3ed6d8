import type { MtfError } from "mtf";
import { expect, it } from "vitest";
import { errorAsTyped } from "../cli/as-typed.ts";
import { parseConfig, presets } from "../config/index.ts";
import type { TrainOptions } from "./options.ts";
import { runConfig } from "./run-config.ts";

/** What is wrong with options over the smallest preset, as the command line says it. */
async function wrong(options: TrainOptions): Promise<string> {
  const config = parseConfig(presets.tiny);
  const error = await runConfig(options, { config }).catch((thrown: MtfError) => thrown);
  return errorAsTyped(error as MtfError).message;
}

it("what options say wrongly has their names, as they are typed, and not the config's", async () => {
  expect(await wrong({ lr: 0, context: 6400, moeLayers: [99], experts: 2 })).toMatchInlineSnapshot(`
    "[bad-argument] the config with the given options has a problem.
      --lr  is 0, but must be above 0"
  `);
  expect(await wrong({ context: 6400, batchSize: 3, gradAccumulation: 2 })).toMatchInlineSnapshot(`
    "[bad-argument] the config with the given options has 2 problems.
      --context            is 6400, more than max_position_embeddings 64
      --grad-accumulation  is 2, which does not divide batch_size 3"
  `);
  expect(await wrong({ moeLayers: [99], experts: 2 })).toMatchInlineSnapshot(`
    "[bad-argument] the config with the given options has a problem.
      --moe-layers  names 99, and num_layers is 2"
  `);
  expect(
    await wrong({ set: { betas: [0.9], schedule: "cosin", resid_dropout: 2 }, validationShare: 3 }),
  ).toMatchInlineSnapshot(`
    "[bad-argument] the config with the given options has 4 problems.
      --set resid_dropout  is 2, but must be below 1
      --set schedule       is "cosin", but must be "cosine", "linear", "constant", "inverse_sqrt", "noam", "slanted_triangular" or "warmup_stable_decay"
      --set betas.1        is missing, and must be a number
      --validation-share   is 3, but must be at most 0.5"
  `);
});
