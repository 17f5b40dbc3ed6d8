import { describe, expect, it } from "vitest";
import { generate } from "../src/generate/generate.ts";
import { loadModel } from "../src/loaded-model.ts";
import { layouts } from "./hugging-face/layouts.ts";
import { callHere, resultOf } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

const model = fixture("weights/safetensors/one");

async function idsOf(...options: readonly string[]): Promise<readonly number[]> {
  const args = ["--model", model, "--runtime", "simulator", "--json", "--max-new-tokens", "12"];
  return resultOf<{ ids: number[] }>(await callHere("generate", ...args, ...options)).ids;
}

// The model is random and its logits are far apart: it takes some heat to see chance at work.
const random = ["--input-ids", "73,63,47", "--seed", "7", "--temperature", "2"];

const drawn = "73,63,47,84,84,84,72,86,39,66,32,59,59,68,72";
const drawnFromFew = "73,63,47,84,84,84,72,84,84,89,32,30,71,84,66";

it.each(Object.entries(layouts))(
  "generate draws the same ids on every layout, %s",
  async (_, at) => {
    const { mesh, layout, storage } = at;
    const where = ["--mesh", mesh, "--layout", layout, ...(storage ? ["--storage", storage] : [])];
    expect((await idsOf(...random, ...where)).join()).toBe(drawn);
    const filtered = ["--top-k", "20", "--top-p", "0.9"];
    expect((await idsOf(...random, ...filtered, ...where)).join()).toBe(drawnFromFew);
  },
);

it("generate follows its seed", async () => {
  const mesh = ["--mesh", "data:1"];
  const seven = await idsOf(...random, ...mesh);
  expect(await idsOf(...random, ...mesh)).toEqual(seven);
  const eight = await idsOf(
    "--input-ids",
    "73,63,47",
    "--seed",
    "8",
    "--temperature",
    "2",
    ...mesh,
  );
  expect(eight).not.toEqual(seven);
  const greedy = await idsOf("--input-ids", "73,63,47", "--greedy", ...mesh);
  expect(await idsOf("--input-ids", "73,63,47", "--top-k", "1", ...mesh)).toEqual(greedy);
  const cold = ["--temperature", "0", "--seed", "8"];
  expect(await idsOf("--input-ids", "73,63,47", ...cold, ...mesh)).toEqual(greedy);
});

it("generate goes on beyond the model's positions", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => (i * 11) % 97);
  const made = await idsOf("--input-ids", ids.join(), "--greedy", "--mesh", "data:1");
  expect(made.slice(0, 40)).toEqual(ids);
  const last = await idsOf("--input-ids", ids.slice(-32).join(), "--greedy", "--mesh", "data:1");
  expect(made.slice(40)).toEqual(last.slice(32));
});

describe("from code", () => {
  const settings = { maxNewTokens: 4, sampling: { kind: "greedy" }, seed: 0 } as const;
  const idsFrom = async (prompt: readonly number[], mesh: string) => {
    const loaded = await loadModel(model, { runtime: "simulator", mesh });
    try {
      const ids: number[] = [];
      for await (const id of generate(loaded, prompt, settings)) ids.push(id);
      return ids;
    } finally {
      await loaded.close();
    }
  };

  it("one prompt is continued on devices for several", async () => {
    const alone = await idsFrom([73, 63, 47], "data:1");
    expect(alone).toHaveLength(4);
    expect(await idsFrom([73, 63, 47], "data:3,model:2")).toEqual(alone);
  });

  it.each([
    [[], "the prompt has no ids: there is nothing to continue."],
    [[3, 97], "the prompt has 97, which is no id of the model."],
    [[-1], "the prompt has -1, which is no id of the model."],
    [[1.5], "the prompt has 1.5, which is no id of the model."],
  ])("%j is no prompt", async (prompt, sentence) => {
    await expect(idsFrom(prompt, "data:1")).rejects.toThrow(`[bad-argument] ${sentence}`);
  });
});
