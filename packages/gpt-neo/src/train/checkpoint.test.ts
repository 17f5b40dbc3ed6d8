import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineMesh, placeholder } from "mtf";
import { saveCheckpoint } from "mtf/checkpoint";
import { simulator } from "mtf/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { savedSteps } from "../run-checkpoints.ts";
import { bestStep, bringBack, lastCheckpoint, removeUnfinished, saveStep } from "./checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
const whole = join(folder, "whole");
beforeAll(async () => {
  const devices = await simulator(defineMesh({}));
  const step = await devices.put(placeholder([]) as never, { split: {}, partial: [] }, 1);
  await saveCheckpoint(whole, { step }, { step: 2 });
  await devices.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = join(folder, "run");
const at = (name: string): string => join(run, "checkpoints", name);
const names = (): readonly string[] => readdirSync(join(run, "checkpoints")).sort();
beforeEach(() => {
  rmSync(run, { recursive: true, force: true });
  mkdirSync(join(run, "checkpoints"), { recursive: true });
  cpSync(whole, at("step-2"), { recursive: true });
});

describe("the checkpoints of a run that was killed", () => {
  it("while it saved: the one that is not whole is none, and is removed", async () => {
    mkdirSync(at("step-4"));
    writeFileSync(join(at("step-4"), "device-0.safetensors"), "half");
    writeFileSync(join(run, ".model.safetensors.here-1-00000000.tmp"), "half");
    expect(await savedSteps(run)).toEqual([2]);
    expect(await lastCheckpoint(run)).toMatchObject({ path: at("step-2"), progress: { step: 2 } });
    await removeUnfinished(run);
    expect(names()).toEqual(["step-2"]);
    expect(readdirSync(run)).toEqual(["checkpoints"]);
  });

  it("between two renames, as one was replaced before: the old one comes back", async () => {
    renameSync(at("step-2"), at("step-2.old"));
    cpSync(whole, at("step-2.partial"), { recursive: true });
    await bringBack(run);
    expect(await savedSteps(run)).toEqual([2]);
    await removeUnfinished(run);
    expect(names()).toEqual(["step-2"]);
    expect(await lastCheckpoint(run)).toMatchObject({ progress: { step: 2 } });
  });

  it("after both renames: the new one stays", async () => {
    cpSync(whole, at("step-2.old"), { recursive: true });
    await bringBack(run);
    await removeUnfinished(run);
    expect(names()).toEqual(["step-2"]);
    expect(await savedSteps(run)).toEqual([2]);
  });
});

describe("the checkpoints of a run that goes on", () => {
  it("are the last ones, the best, and those to be kept for good", async () => {
    const devices = await simulator(defineMesh({}));
    const losses = [5, 3, 4, undefined, 3.5, 3.6];
    for (const [i, validationLoss] of losses.entries()) {
      const step = 2 * (i + 1);
      const state = {
        step: await devices.put(placeholder([]) as never, { split: {}, partial: [] }, step),
      };
      const progress = { step, position: { epoch: 0, index: 0 }, validationLoss, settings: {} };
      await saveStep(run, state as never, progress, { last: 2, every: 6 });
    }
    await devices.close();
    expect(await savedSteps(run)).toEqual([4, 6, 10, 12]);
    expect(await bestStep(run)).toBe(4);
  });

  it("are the best of those that were validated alike, once there is one", async () => {
    const devices = await simulator(defineMesh({}));
    const save = async (step: number, validationLoss: number | undefined, settings: object) => {
      const state = {
        step: await devices.put(placeholder([]) as never, { split: {}, partial: [] }, step),
      };
      const progress = { step, position: { epoch: 0, index: 0 }, validationLoss, settings };
      await saveStep(run, state as never, progress as never, { last: 1 });
    };
    const [before, now] = [{ validation: 0.05 }, { validation: 0.2 }];
    await save(2, 3, before);
    await save(4, 5, before);
    // What is lower by other data is no reason to keep it, and nothing is better than nothing.
    await save(6, undefined, now);
    expect(await savedSteps(run)).toEqual([2, 6]);
    await save(8, 4, now);
    expect(await savedSteps(run)).toEqual([8]);
    await save(10, 4.5, now);
    await save(12, undefined, now);
    expect(await bestStep(run)).toBe(8);
    expect(await savedSteps(run)).toEqual([8, 12]);
    await devices.close();
  });
});
