import { availableParallelism } from "node:os";
import { defineMesh } from "mtf";
import { workers } from "mtf/workers";
import { expect, test, vi } from "vitest";
import { meshOf } from "../../src/session.ts";
import { callHere, resultOf } from "../support/cli.ts";

interface Parts {
  readonly parts: readonly { name: string; found?: string; advice: readonly string[] }[];
}

test("gpt-neo devices tells what runs find on this machine, and take", async () => {
  const { parts } = resultOf<Parts>(await callHere("devices", "--json"));
  const found = Object.fromEntries(parts.map((part) => [part.name, part]));
  expect(found.cores!.found).toBe(`${availableParallelism()}`);
  const devices = await workers(defineMesh({ data: 1 }));
  const variant = [found.WebAssembly!.found, found.BLAS!.found].filter(Boolean).join("+");
  expect(variant.replace(/-\d+t$/, "")).toBe(devices.variant.replace(/-\d+t$/, ""));
  await devices.close();
  expect(found["--runtime"]!.advice.join()).toContain(`--mesh data:${meshOf({}, 64).size}`);
  // This repository has no TensorFlow of its own; whoever has one reads which.
  const { found: tensorflow, advice } = found.TensorFlow!;
  expect(tensorflow ?? advice.join()).toMatch(/^tensorflow-|npm install @tensorflow\/tfjs-node/);
});

test("gpt-neo devices says what to install for what is missing", async () => {
  vi.stubEnv("MTF_MPI", "/nowhere/libmpi.so");
  vi.stubEnv("MTF_BLAS", "off");
  const { code, stdout } = await callHere("devices");
  vi.unstubAllEnvs();
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^MPI +none\n +MPI cannot be used: MTF_MPI=.*\n +to have it: MTF_MPI=\/path\/to\/libmpi/m,
  );
  expect(stdout).toMatch(/^BLAS +none\n +MTF_BLAS=off says so\n/m);
  expect(stdout).toMatch(/^--runtime +workers\n/m);
});

test("gpt-neo devices has kernels where MTF_BLAS names no library, and says what is wrong with it", async () => {
  vi.stubEnv("MTF_BLAS", "/nowhere/libfoo.so");
  const { code, stdout } = await callHere("devices");
  vi.unstubAllEnvs();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^WebAssembly +wasm-[a-z-]+\n/m);
  expect(stdout).toMatch(/^BLAS +none\n +MTF_BLAS=\/nowhere\/libfoo\.so cannot be used/m);
});
