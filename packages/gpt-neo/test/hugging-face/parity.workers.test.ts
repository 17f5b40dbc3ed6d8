import { defineMesh } from "mtf";
import { type Devices, workers } from "mtf/workers";
import { describe, it } from "vitest";
import { agreement } from "../support/agree.ts";
import { fixture } from "../support/expected.ts";
import { layouts, someOf } from "./layouts.ts";
import { type Disagreements, tiny } from "./tiny.ts";

const { forwardAndBackward, padding, steps } = await tiny(
  "gpt-neo-tiny",
  fixture("weights/safetensors/one"),
);

const agree = agreement("Hugging Face's gpt-neo-tiny on workers");

// Workers run what the simulator runs, bit for bit; these are the layouts that people type.
const names = ["one device", "data", "heads and ff", "vocab", "both", "storage split"] as const;

describe.each(someOf(names, ["both", "storage split"]))(
  "Hugging Face's GPT-Neo on workers, %s",
  (name) => {
    const at = layouts[name]!;
    const check = async (part: string, run: (devices: Devices) => Promise<Disagreements>) => {
      const devices = await workers(defineMesh(at.mesh));
      try {
        agree(`${name}, ${part}`, await run(devices));
      } finally {
        await devices.close();
      }
    };
    it("computes the same hidden states, logits, losses and gradients", () =>
      check("gradients", (devices) => forwardAndBackward(devices, at)));
    it("sees past padding", () => check("padding", (devices) => padding(devices, at)));
    it("takes the same steps", () => check("steps", (devices) => steps(devices, at, "matrices")));
  },
);
