import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineMesh } from "mtf";
import { expect, test } from "vitest";
import { openDevices } from "../../src/session.ts";
import { callHere, temporaryFolder } from "../support/cli.ts";
import { someText } from "../support/runs.ts";

const folder = temporaryFolder();

// Whatever BLAS and whatever SIMD this machine has, others have another.
test.each(["workers", "simulator"] as const)(
  "deterministic devices have our own kernels alone, without relaxed SIMD: %s",
  async (runtime) => {
    for (const mesh of ["data:1", "data:2"]) {
      const devices = await openDevices({ runtime, deterministic: true }, defineMesh(mesh));
      const { variant } = devices;
      await devices.close();
      expect(variant).toBe("wasm-simd");
    }
  },
);

test("gpt-neo train --deterministic says that it runs on them", async () => {
  const [data, out] = [join(folder, "text.txt"), join(folder, "run")];
  writeFileSync(data, someText(3000));
  const run = ["train", "--config", "tiny", "--data", data, "--out", out, "--steps", "1"];
  const { code, stderr, stdout } = await callHere(...run, "--mesh", "data:1", "--deterministic");
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).toContain("mesh data:1 (one device, wasm-simd), ");
});
