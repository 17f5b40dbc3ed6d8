import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { describe, it } from "vitest";
import { backendsOr } from "../../../mtf/test/support/backends.ts";
import { agreement } from "../support/agree.ts";
import { fixture } from "../support/expected.ts";
import { layouts, someOf } from "./layouts.ts";
import { type Disagreements, tiny } from "./tiny.ts";

const { forwardAndBackward, padding, steps } = await tiny(
  "gpt-neo-tiny",
  fixture("weights/safetensors/one"),
);

const agree = agreement("Hugging Face's gpt-neo-tiny");

const usual = ["both", "sequence and memory split", "uneven in three", "fully sharded"];

describe.each(backendsOr("wasm", "reference"))("Hugging Face's GPT-Neo on %s", (backend) => {
  const some = backend === "reference" ? ["both"] : usual;
  describe.each(someOf(Object.keys(layouts), some))("%s", (name) => {
    const at = layouts[name]!;
    const check = async (part: string, run: (devices: Devices) => Promise<Disagreements>) => {
      const devices = await simulator(defineMesh(at.mesh), { backend });
      try {
        agree(`${backend}, ${name}, ${part}`, await run(devices));
      } finally {
        await devices.close();
      }
    };
    it("computes the same hidden states, logits, losses and gradients", () =>
      check("gradients", (devices) => forwardAndBackward(devices, at)));
    it("sees past padding", () => check("padding", (devices) => padding(devices, at)));
    it("takes the same steps, matrices decaying", () =>
      check("steps", (devices) => steps(devices, at, "matrices")));
    if (backend === "reference") return;
    // Where biases decay too, nothing is split otherwise: one backend is enough.
    it("takes the same steps, everything decaying", () =>
      check("steps, all decaying", (devices) => steps(devices, at, "all")));
  });
});
