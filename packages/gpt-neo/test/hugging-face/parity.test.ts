import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { layouts } from "./layouts.ts";
import { type Disagreements, forwardAndBackward, padding, steps } from "./tiny.ts";

const worst = new Map<string, number>();

afterAll(() => {
  const rows = [...worst].map(([name, ratio]) => `  ${ratio.toFixed(3)}  ${name}`);
  console.log(`Hugging Face parity, parts of what is allowed:\n${rows.join("\n")}`);
});

function agree(name: string, found: Disagreements): void {
  const [path, most] = [...found].reduce((a, b) => (b[1] <= a[1] ? a : b));
  worst.set(`${name} (${path})`, most);
  expect(Object.fromEntries([...found].filter(([, ratio]) => !(ratio <= 1)))).toEqual({});
}

describe.each(["wasm", "reference"] as const)("Hugging Face's GPT-Neo on %s", (backend) => {
  describe.each(Object.entries(layouts))("%s", (name, at) => {
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
    it("takes the same steps, everything decaying", () =>
      check("steps, all decaying", (devices) => steps(devices, at, "all")));
  });
});
