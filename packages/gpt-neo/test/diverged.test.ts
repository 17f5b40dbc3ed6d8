import { closeSync, cpSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { beforeAll, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { contentsOf, logOf, namesIn, someText } from "./support/runs.ts";

// Runs that diverge: what was good stays, and what they say to do instead works.

const folder = temporaryFolder();
const text = join(folder, "text.txt");
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const tiny = ["train", "--config", "tiny", "--data", text, "--context", "16", ...one];
/** A run that went well for four steps. */
const good = join(folder, "good");
beforeAll(async () => {
  writeFileSync(text, someText(4000));
  resultOf(await callHere(...tiny, "--steps", "4", "--save-every", "2", "--out", good, "--json"));
});

/** The error of a run that diverges. */
async function errorOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await callHere(...args);
  expect([code, stdout]).toEqual([1, ""]);
  return stderr.slice(stderr.indexOf("gpt-neo:")).replaceAll(folder, "FOLDER");
}

/** What the error says to add to the command. */
function advice(error: string): readonly string[] {
  return /try +(--resume --lr \S+), which/.exec(error)![1]!.split(" ");
}

const checkpoints = (out: string): readonly string[] => namesIn(join(out, "checkpoints"));

async function isSound(out: string): Promise<boolean> {
  const weights = await openSafetensors(join(out, "model.safetensors"));
  const all = await Promise.all([...weights.tensors.keys()].map((name) => weights.read(name)));
  await weights.close();
  return all.every((numbers) => [...numbers].every((x) => Math.abs(Number(x)) < 100));
}

it.each([
  ["a step", "1"],
  ["two steps", "2"],
  ["many steps", "100"],
])("a run that diverges leaves what was good, saving every %s", async (_, every) => {
  const out = join(folder, `every-${every}`);
  cpSync(good, out, { recursive: true });
  const run = [...tiny, "--out", out, "--save-every", every];
  const error = await errorOf(...run, "--steps", "20", "--lr", "1e30", "--resume");
  expect(error).toMatch(/^gpt-neo: \[not-a-number\] training has diverged: the /);
  expect(error).toContain("--resume --lr 0.0003, which goes on from step 4\n");
  expect(checkpoints(out).filter((name) => /^step-\d+$/.test(name))).toContain("step-4");
  expect(await isSound(out)).toBe(true);
  const before = contentsOf(good);
  const model = join(good, "model.safetensors");
  expect(contentsOf(out).get(join(out, "model.safetensors"))).toBe(before.get(model));

  const went = await callHere(...run, "--steps", "20", ...advice(error), "--json");
  const { loss } = resultOf<{ loss: number }>(went);
  expect(went.stderr).toContain(`going on from step 4 of ${out}\n`);
  expect(loss).toBeLessThan(logOf(out)[0]!.loss!);
  expect(logOf(out).map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

it("a run that diverges from the start can start afresh", async () => {
  const out = join(folder, "new");
  const run = [...tiny, "--out", out, "--save-every", "1", "--steps", "20"];
  const error = await errorOf(...run, "--lr", "1e30");
  expect(error).toMatchInlineSnapshot(`
    "gpt-neo: [not-a-number] training has diverged: the loss is NaN.
      step           5, the 3 last updates refused
      learning rate  1e+30 at most
      set aside      FOLDER/new/checkpoints/step-2.diverged, after which no step went well
      try            --resume --lr 0.0003, which goes on from step 1
    "
  `);
  const { loss } = resultOf<{ loss: number }>(await callHere(...run, ...advice(error), "--json"));
  expect(loss).toBeLessThan(5.6);
  expect(await isSound(out)).toBe(true);
});

it("what the last step has made is not saved where its validation says that it is nothing", async () => {
  const out = join(folder, "last");
  cpSync(good, out, { recursive: true });
  const run = [...tiny, "--out", out, "--resume"];
  const error = await errorOf(...run, "--steps", "5", "--lr", "1e30");
  expect(error).toContain("training has diverged: the loss is ");
  expect(checkpoints(out)).toEqual(["step-2", "step-4"]);
  resultOf(await callHere(...run, "--steps", "5", ...advice(error).slice(1), "--json"));
});

it("weights that are broken are not blamed on the learning rate", async () => {
  const model = join(folder, "broken");
  cpSync(good, model, { recursive: true });
  const weights = await openSafetensors(join(model, "model.safetensors"));
  await weights.close();
  const { offset } = weights.tensors.get("transformer.ln_f.weight")!;
  const file = openSync(join(model, "model.safetensors"), "r+");
  writeSync(file, new Uint8Array(new Float32Array([Number.NaN]).buffer), 0, 4, offset);
  closeSync(file);
  const tune = ["train", "--model", model, "--data", text, "--steps", "20", ...one];
  expect(await errorOf(...tune, "--out", join(folder, "tuned"))).toMatchInlineSnapshot(`
    "gpt-neo: [not-a-number] training has diverged: the loss is NaN.
      step                     3, the 3 last updates refused
      learning rate            0.0003 at most
      transformer.ln_f.weight  1 value is NaN or infinite
      try                      other weights or data: no step went well, so no learning rate is to blame
    "
  `);
});
