import { defineMesh } from "mtf";
import { simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { generateEach } from "../../src/generate/each.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { heldOn } from "../support/held-on.ts";
import { randomModel } from "../support/random-model.ts";

const config = parseConfig({
  ...{ hidden_size: 16, num_layers: 2, num_heads: 4, vocab_size: 31, initializer_range: 0.3 },
  ...{ max_position_embeddings: 200, window_size: 8 },
  attention_types: [[["global", "local"], 1]],
});
const at = layouts.both!;

// The second prompt comes in two chunks, and beams fork.
const prompts = [[1, 2, 3], Array.from({ length: 70 }, (_, i) => i % 31)];
const kinds = [{ numBeams: 3 }, { doSample: true, numReturnSequences: 2, seed: 5 }];
const smaller = { ...config, num_layers: 1, attention_layers: ["local"] } as const;

it.each([
  ["the simulator", () => simulator(defineMesh(at.mesh), { backend: "wasm" })],
  ["workers", () => workers(defineMesh(at.mesh))],
] as const)("whenever generation ends, nothing of it is left, on %s", async (_, open) => {
  const devices = await open();
  try {
    const model = { ...(await randomModel(devices, at, config)), ends: [] };
    const draft = await randomModel(devices, at, smaller);
    const held = () => heldOn(devices);
    /** Stops after so many calls for logits, by whatever way there is. */
    const stopped = async (settings: object, calls: number, how: "abort" | "break") => {
      const controller = new AbortController();
      let made = 0;
      const { decoding } = model;
      const count = (): void => {
        if (++made > calls && how === "abort") controller.abort(new Error("enough"));
      };
      const counted = {
        ...decoding,
        extend: (...args: Parameters<typeof decoding.extend>) => {
          count();
          return decoding.extend(...args);
        },
        extendByEach: (...args: Parameters<typeof decoding.extend>) => {
          count();
          return decoding.extendByEach(...args);
        },
      };
      const each = generateEach({ ...model, decoding: counted }, prompts, {
        ...settings,
        maxNewTokens: 12,
        signal: controller.signal,
      });
      try {
        for await (const _ of each) if (how === "break" && made > calls) break;
      } catch (error) {
        expect((error as Error).message).toBe("enough");
      }
      return made;
    };
    for (const settings of [...kinds, { doSample: false, draft }]) {
      const all = await stopped(settings, Number.POSITIVE_INFINITY, "break");
      expect(all).toBeGreaterThan(7);
      const before = await held();
      for (let calls = 0; calls < all; calls++) {
        await stopped(settings, calls, "abort");
        expect(await held()).toEqual(before);
      }
      await stopped(settings, 5, "break");
      expect(await held()).toEqual(before);
    }
  } finally {
    await devices.close();
  }
});
