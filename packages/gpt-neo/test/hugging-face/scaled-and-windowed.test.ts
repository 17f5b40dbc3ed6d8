import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import { loadModel } from "../../src/loaded-model.ts";
import { temporaryFolder } from "../support/cli.ts";
import { fixture, readJson, readTensors } from "../support/expected.ts";
import { type PlainOptions, plainLlama } from "../support/plain-llama.ts";
import { uncachedLogits } from "../support/uncached-logits.ts";
import { layouts } from "./layouts.ts";

// Scalings of rotary embeddings and sliding windows, by weights of Hugging Face's Llama. Right answers
// are of plain loops over the published formulas, which give its own logits where nothing is scaled.

const folder = fixture("hugging-face/llama-tiny");
const weights = await readTensors("hugging-face/llama-tiny/model.safetensors");
const written = await readJson<object>("hugging-face/llama-tiny/config.json");
const temporary = temporaryFolder();

const theta = 100;
const frequencies = (base: number): number[] => [0, 1, 2, 3].map((i) => base ** (-i / 4));
const usual: PlainOptions = {
  ...{ heads: 4, keyHeads: 2, epsilon: 1e-5, window: Number.POSITIVE_INFINITY },
  frequencies: frequencies(theta),
};

/** As Llama 3.1's reference code has it: by wavelengths, those between two of them mixed. */
function scaledAsLlama3(frequency: number, factor: number, low: number, high: number, old: number) {
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < old / high) return frequency;
  if (wavelength > old / low) return frequency / factor;
  const smooth = (old / wavelength - low) / (high - low);
  return (1 - smooth) * (frequency / factor) + smooth * frequency;
}

const rope = (more: object) => ({ rope_parameters: { rope_theta: theta, ...more } });
const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
const cases: Readonly<Record<string, readonly [config: object, plain: PlainOptions]>> = {
  "nothing scaled": [rope({ rope_type: "default" }), usual],
  linear: [
    rope({ rope_type: "linear", factor: 4 }),
    { ...usual, frequencies: usual.frequencies.map((one) => one / 4) },
  ],
  llama3: [
    rope({ rope_type: "llama3", ...llama3, original_max_position_embeddings: 32 }),
    { ...usual, frequencies: usual.frequencies.map((one) => scaledAsLlama3(one, 8, 1, 4, 32)) },
  ],
  "Mistral's window": [
    {
      model_type: "mistral",
      architectures: ["MistralForCausalLM"],
      sliding_window: 6,
      ...rope({}),
    },
    { ...usual, window: 6 },
  ],
};

const ids = Array.from({ length: 30 }, (_, i) => (i * i * 7 + 3) % 97);
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

it("the formulas give the logits of Hugging Face's own model", async () => {
  const expected = await readTensors("hugging-face/llama-tiny/expected.safetensors");
  const [inputs, logits] = [expected.get("input_ids")!, expected.get("logits")!];
  const length = inputs.length / 3;
  const found = plainLlama(weights, [...inputs.subarray(0, length)], {
    ...usual,
    frequencies: frequencies(10_000),
  });
  expect(farthest(found.flat(), logits.subarray(0, length * 97))).toBeLessThan(2e-5);
});

it.each(Object.entries(cases))(
  "%s is as its formula says, on several layouts",
  async (name, [config, plain]) => {
    const home = join(temporary, name);
    mkdirSync(home);
    cpSync(join(folder, "model.safetensors"), join(home, "model.safetensors"));
    writeFileSync(join(home, "config.json"), JSON.stringify({ ...written, ...config }));
    const right = plainLlama(weights, ids, plain);
    // A case that did not matter would be no test.
    if (plain !== usual)
      expect(farthest(right.at(-1)!, plainLlama(weights, ids, usual).at(-1)!)).toBeGreaterThan(
        1e-2,
      );
    for (const at of ["one device", "both", "uneven in three"]) {
      const { mesh, layout } = layouts[at]!;
      const model = await loadModel(home, { mesh, layout, runtime: "simulator" });
      try {
        const whole = await uncachedLogits(model)(ids);
        expect(farthest(whole, right.at(-1)!), at).toBeLessThan(2e-5);
        const cached = cachedLogits(model);
        await cached.next([{ ids: ids.slice(0, 9) }]);
        const [rest] = await cached.next([{ ids, continues: 0, tail: 21 }]);
        expect(farthest(rest!, right.slice(9).flat()), at).toBeLessThan(2e-5);
        await cached.close();
      } finally {
        await model.close();
      }
    }
  },
);
