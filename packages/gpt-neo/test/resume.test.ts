import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoint, openSafetensors } from "mtf/checkpoint";
import { describe, expect, it } from "vitest";
import { call, resultOf, start, temporaryFolder } from "./support/cli.ts";
import { logOf, namesIn, someText, until } from "./support/runs.ts";

const folder = temporaryFolder();
const data = join(folder, "text.txt");
writeFileSync(data, someText(20_000));

const common = ["--config", "tiny", "--data", data, "--context", "32", "--mesh", "data:2"];
const steps = 60;
/** Saving takes about as long as the steps between. */
const often = [
  ...common,
  "--steps",
  `${steps}`,
  "--save-every",
  "2",
  "--eval-every",
  "20",
  "--json",
];

function lossesOf(out: string): readonly (readonly (number | undefined)[])[] {
  return logOf(out).map(({ step, loss, gradientNorm, learningRate, validationLoss }) => [
    step,
    loss,
    gradientNorm,
    learningRate,
    validationLoss,
  ]);
}

const checkpoints = (out: string) => namesIn(join(out, "checkpoints"));

/** Whether there is a checkpoint that is not whole yet. */
const isSaving = (out: string): boolean =>
  checkpoints(out).some((name) => !namesIn(join(out, "checkpoints", name)).includes(index));
const index = "checkpoint.json";

/** All that a killed run left can be read, but for what says that it is unfinished. */
async function checkLeft(out: string): Promise<void> {
  const whole = checkpoints(out).filter((name) => {
    return namesIn(join(out, "checkpoints", name)).includes(index);
  });
  for (const name of whole.slice(-1)) {
    const checkpoint = await openCheckpoint(join(out, "checkpoints", name));
    expect(checkpoint.metadata).toMatchObject({ step: Number(name.slice(5)) });
    for (const tensor of checkpoint.names) await checkpoint.read(tensor);
    await checkpoint.close();
  }
  if (!namesIn(out).includes("model.safetensors")) return;
  const model = await openSafetensors(join(out, "model.safetensors"));
  await model.read("transformer.wte.weight");
  await model.close();
}

describe("a run that is killed", { timeout: 300_000 }, () => {
  it("goes on as if it had not been, bit for bit", async () => {
    const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
    const undisturbed = call("train", ...often, "--out", whole);
    const kinds = ["saving", "any time", "saving", "any time", "any time"] as const;
    let died = 0;
    let unfinished = 0;
    for (const kind of kinds) {
      const run = start(["train", ...often, "--out", killed, "--resume"]);
      const ended = { yet: false };
      void run.done.then(() => {
        ended.yet = true;
      });
      const before = logOf(killed).at(-1)?.step ?? 0;
      await until(() => ended.yet || (logOf(killed).at(-1)?.step ?? 0) > before + 4, 5);
      if (kind === "saving") {
        await until(() => ended.yet || isSaving(killed));
      } else await new Promise((resolve) => setTimeout(resolve, 150 * Math.random()));
      run.kill("SIGKILL");
      const { code } = await run.done;
      if (code === null) died++;
      if (isSaving(killed)) unfinished++;
      await checkLeft(killed);
    }
    expect(died).toBeGreaterThanOrEqual(2);
    expect(unfinished).toBeGreaterThanOrEqual(1);
    resultOf(await undisturbed);
    const last = await call("train", ...often, "--out", killed, "--resume");
    expect(resultOf(last)).toMatchObject({ step: steps, finished: true });
    expect(lossesOf(killed)).toEqual(lossesOf(whole));
    expect(logOf(killed)).toHaveLength(steps);
    // The last two, and nothing that was not finished.
    for (const out of [whole, killed]) {
      expect(checkpoints(out)).toEqual([`step-${steps - 2}`, `step-${steps}`]);
      expect(namesIn(out).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    }
  });
});

describe("a run that is interrupted", { timeout: 300_000 }, () => {
  it("saves, says how to go on, and goes on under any mesh and layout", async () => {
    const out = join(folder, "interrupted");
    const options = [...common, "--save-every", "100000", "--json"];
    const run = start(["train", ...options, "--steps", "90000", "--out", out]);
    await until(() => logOf(out).length >= 3, 5);
    run.kill("SIGINT");
    const called = await run.done;
    const { step } = JSON.parse(called.stdout) as { step: number };
    expect(called.stderr).toContain("stopping after this step; again to stop now\n");
    const told = `saved after step ${step}; gpt-neo train --out ${out} --resume goes on\n`;
    expect(called.code).toBe(130);
    expect(called.stderr.endsWith(told)).toBe(true);
    expect(checkpoints(out)).toEqual([`step-${step}`]);
    expect(logOf(out)).toHaveLength(step);

    const layouts: readonly (readonly string[])[] = [
      ["--mesh", "data:2"],
      ["--mesh", "data:1", "--runtime", "simulator"],
      ["--mesh", "data:2,model:2", "--storage", "embd:data"],
      ["--mesh", "model:3", "--layout", "heads:model,intermediate_expanded:model,vocab:model"],
    ];
    const losses: (readonly number[])[] = [];
    for (const [i, layout] of layouts.entries()) {
      const copy = join(folder, `other-${i}`);
      cpSync(out, copy, { recursive: true });
      const rest = [...options.slice(0, -3), "--json", "--steps", `${step + 5}`, "--resume"];
      const mesh = rest.indexOf("--mesh");
      rest.splice(mesh, 2);
      const went = await call("train", ...rest, "--out", copy, ...layout);
      expect(resultOf(went)).toMatchObject({ step: step + 5, finished: true });
      expect(went.stderr).toContain(`going on from step ${step} of ${copy}\n`);
      expect(went.stderr).toContain(`changed since: steps: 90000 -> ${step + 5}\n`);
      if (i === 2) {
        expect(went.stderr).toContain('changed since: mesh: "data:2" -> "data:2,model:2"\n');
        expect(went.stderr).toMatch(/changed since: layout: .* -> .*stored embd -> data"\n/);
      }
      losses.push(
        logOf(copy)
          .slice(-5)
          .map(({ loss }) => loss!),
      );
      expect(logOf(copy)).toHaveLength(step + 5);
    }
    // Sums are of 257 at most, in float32.
    const bound = 257 * 2 ** -23;
    for (const other of losses) {
      for (const [i, loss] of other.entries()) {
        expect(Math.abs(loss / losses[0]![i]! - 1)).toBeLessThan(bound);
      }
    }
  });
});
