import { defineMesh } from "mtf";
import { expect, it } from "vitest";
import { generate } from "../../src/generate/generate.ts";
import { loadModel } from "../../src/loaded-model.ts";
import { fixture, readJson } from "../support/expected.ts";
import { layouts } from "./layouts.ts";

interface Fixture {
  readonly generation: {
    readonly greedy: readonly {
      readonly prompt: readonly number[];
      readonly max_new_tokens: number;
      readonly new_tokens: readonly number[];
    }[];
  };
}

const { generation } = await readJson<Fixture>("hugging-face/gpt-neo-tiny/expected.json");

it.each(Object.keys(layouts))("chooses the ids that Hugging Face does, %s", async (name) => {
  const at = layouts[name]!;
  const options = { ...at, runtime: "simulator", backend: "wasm" } as const;
  const model = await loadModel(fixture("weights/safetensors/one"), options, defineMesh(at.mesh));
  try {
    for (const { prompt, max_new_tokens, new_tokens } of generation.greedy) {
      const settings = {
        maxNewTokens: max_new_tokens,
        sampling: { kind: "greedy" },
        seed: 0,
      } as const;
      const ids: number[] = [];
      for await (const id of generate(model, prompt, settings)) ids.push(id);
      expect(ids).toEqual(new_tokens);
    }
  } finally {
    await model.close();
  }
});
