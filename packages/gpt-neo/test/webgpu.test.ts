import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gpuAdapters } from "mtf/workers";
import { describe, expect, it } from "vitest";
import { call, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { logOf, someText } from "./support/runs.ts";

// The program on a GPU, as it is installed: worker threads have a device of the GPU each.

const why = await gpuAdapters().then(
  () => undefined,
  (error: Error) => error.message.split("\n").slice(0, 2).join(" "),
);
if (why !== undefined) console.warn(`WITHOUT A GPU: gpt-neo on 'webgpu' is not tested. ${why}`);

const folder = temporaryFolder();
const text = join(folder, "text.txt");
writeFileSync(text, someText(3000));

describe.skipIf(why !== undefined)("gpt-neo on a GPU", () => {
  const command = ["train", "--config", "tiny", "--data", text, "--context", "16", "--steps", "3"];
  const train = async (name: string, ...options: readonly string[]) => {
    const out = join(folder, name);
    const called = await call(...command, ...options, "--out", out, "--json");
    resultOf(called);
    return { said: called.stderr, losses: logOf(out).map(({ loss }) => loss as number) };
  };

  it("trains to the losses of wasm, on one device and on two", async () => {
    const batch = ["--batch-size", "2"];
    const expected = await train("wasm", ...batch, "--mesh", "data:1");
    const one = await train("one", ...batch, "--backend", "webgpu");
    expect(one.said).toMatch(/one device, webgpu-[a-z0-9.+-]+\)/);
    const two = await train("two", ...batch, "--backend", "webgpu", "--mesh", "data:2");
    for (const { losses } of [one, two]) {
      expect(losses).toHaveLength(3);
      losses.forEach((loss, i) => void expect(loss).toBeCloseTo(expected.losses[i]!, 4));
    }
  });

  it("generates what wasm does", async () => {
    const model = fixture("weights/safetensors/one");
    const options = ["--input-ids", "73,63,47", "--seed", "7", "--temperature", "2", "--json"];
    const ids = async (...where: readonly string[]) =>
      resultOf<{ ids: number[] }>(
        await call("generate", "--model", model, ...options, "--max-new-tokens", "6", ...where),
      ).ids;
    const expected = await ids("--mesh", "data:1");
    expect(await ids("--backend", "webgpu")).toEqual(expected);
  });

  it("devices lists the adapters", async () => {
    const { parts } = resultOf<{ parts: { name: string; found?: string }[] }>(
      await call("devices", "--json"),
    );
    const [first] = await gpuAdapters();
    expect(parts.find(({ name }) => name === "GPU")!.found).toBe(first);
  });
});
