import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loadModel } from "../src/loaded-model.ts";
import { fixture } from "./support/expected.ts";
import { heldOn } from "./support/held-on.ts";

let folder: string;
let devices: Devices;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "broken-"));
  await cp(fixture("weights/safetensors/one"), folder, { recursive: true });
  devices = await simulator(defineMesh("model:2"), { backend: "wasm" });
});

afterEach(async () => {
  await devices.close();
  await rm(folder, { recursive: true });
});

const brokenTokenizer = () => writeFile(join(folder, "tokenizer.json"), "{ broken");

/** Devices that fail to read weights before a tokenizer can have been read. */
const failing = (): Devices => ({
  ...devices,
  putTree: () => Promise.reject(new Error("the weights cannot be read")),
});

/** Devices that have weights long after a tokenizer has been read. */
const slow = (): Devices => ({
  ...devices,
  putTree: async (...given) => {
    const held = await devices.putTree(...given);
    await sleep(300);
    return held;
  },
});

test("weights that fail while a tokenizer is read are told to who loads the model alone", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    await expect(loadModel(folder, {}, failing())).rejects.toThrow("the weights cannot be read");
    await brokenTokenizer();
    await expect(loadModel(folder, {}, failing())).rejects.toThrow("is not JSON");
    await sleep(0);
    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});

test("when a broken tokenizer is told, shared devices hold nothing of the model", async () => {
  const before = await heldOn(devices);
  await brokenTokenizer();
  await expect(loadModel(folder, {}, slow())).rejects.toThrow("is not JSON");
  expect(await heldOn(devices)).toEqual(before);
});
