import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { callHere, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

const folder = temporaryFolder();

/** The model with a value of one tensor replaced. */
async function broken(name: string, value: number): Promise<string> {
  const to = join(folder, `broken-${value}`);
  cpSync(fixture("weights/safetensors/one"), to, { recursive: true });
  const file = join(to, "model.safetensors");
  const opened = await openSafetensors(file);
  const { offset } = opened.tensors.get(name)!;
  await opened.close();
  const bytes = readFileSync(file);
  bytes.writeFloatLE(value, offset + 4 * 5);
  writeFileSync(file, bytes);
  return to;
}

const data = join(folder, "ids.jsonl");
writeFileSync(data, JSON.stringify({ input_ids: [1, 2, 3, 4, 5] }));

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  "%d among the weights is an error",
  async (value) => {
    const model = await broken("transformer.h.0.mlp.c_fc.weight", value);
    const at = ["--model", model, "--mesh", "data:1", "--runtime", "simulator", "--json"];
    const told = (
      sentence: string,
    ) => `gpt-neo: [bad-checkpoint] the model's ${sentence} is NaN or infinite.
  transformer.h.0.mlp.c_fc.weight  1 value is NaN or infinite
  try                              the checkpoint of an earlier step, or the weights from where they came from once more
`;
    expect(await callHere("eval", ...at, "--data", data)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(told("loss of predictions 1 and up")),
    });
    for (const how of [["--greedy"], ["--seed", "1"]]) {
      expect(await callHere("generate", ...at, "--input-ids", "1,2", ...how)).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining(told("logit of what follows 2 ids")),
      });
    }
  },
);
