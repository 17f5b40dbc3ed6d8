import { join } from "node:path";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { generate } from "../../src/generate/generate.ts";
import { loadModel } from "../../src/loaded-model.ts";
import { agreement } from "../support/agree.ts";
import { fixture, readJson } from "../support/expected.ts";
import { family } from "../support/family.ts";
import { layouts, someOf } from "./layouts.ts";
import { type Disagreements, tiny } from "./tiny.ts";

/** Layouts, and what is computed on each beside hidden states, logits, losses and gradients. */
const usual: readonly Tried[] = [
  ["one device", ["steps"]],
  ["both", ["padding", "steps"]],
  ["storage split", []],
  ["sequence and memory split", ["padding"]],
  ["embd split", []],
  ["uneven in three", []],
];

type Tried = readonly [layout: string, also: readonly ("padding" | "steps")[]];

const some: readonly Tried[] = [
  ["both", ["padding", "steps"]],
  ["sequence and memory split", []],
];

describe.each(family)("Hugging Face's %s", async (name) => {
  const agree = agreement(`Hugging Face's ${name}`);
  const { config, forwardAndBackward, padding, steps } = await tiny(name);
  const folder = fixture(`hugging-face/${name}`);

  it.each(someOf(usual, some))("computes the same, %s", async (at, also) => {
    const layout = layouts[at]!;
    const devices = await simulator(defineMesh(layout.mesh));
    const check = async (part: string, run: (on: Devices) => Promise<Disagreements>) =>
      agree(`${at}, ${part}`, await run(devices));
    try {
      await check("gradients", (on) => forwardAndBackward(on, layout));
      if (also.includes("padding")) await check("padding", (on) => padding(on, layout));
      if (also.includes("steps")) await check("steps", (on) => steps(on, layout, "matrices"));
    } finally {
      await devices.close();
    }
  });

  it.each(["both"])("chooses the ids that Hugging Face does, %s", async (at) => {
    const { mesh, ...options } = layouts[at]!;
    const { generation } = await readJson<Fixture>(`hugging-face/${name}/expected.json`);
    const where = { ...options, runtime: "simulator", backend: "wasm" } as const;
    const model = await loadModel(folder, where, defineMesh(mesh));
    try {
      for (const { prompt, max_new_tokens, new_tokens } of generation.greedy) {
        const settings = { maxNewTokens: max_new_tokens, sampling: { kind: "greedy" } } as const;
        const ids: number[] = [];
        for await (const id of generate(model, prompt, { ...settings, seed: 0 })) ids.push(id);
        // Theirs went on after the end of a text.
        const end = new_tokens.findIndex((id) => model.ends.includes(id));
        expect(ids).toEqual(end < 0 ? new_tokens : new_tokens.slice(0, ids.length));
        if (end >= 0) expect([end, end + 1]).toContain(ids.length);
      }
    } finally {
      await model.close();
    }
  });

  it("is the same model with the keys of older configs", async () => {
    const legacy = await loadConfig(join(folder, "config_legacy.json")).catch(() => undefined);
    if (!/neox|llama/.test(name)) return;
    expect({ ...legacy, other: {} }).toEqual({ ...config, other: {} });
  });
});

interface Fixture {
  readonly generation: {
    readonly greedy: readonly {
      readonly prompt: readonly number[];
      readonly max_new_tokens: number;
      readonly new_tokens: readonly number[];
    }[];
  };
}
