import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Called, call, resultOf, start, temporaryFolder } from "../support/cli.ts";
import { logOf, namesIn, someText, until } from "../support/runs.ts";

// Two processes that write to one folder.

const folder = temporaryFolder();
const text = join(folder, "text.txt");
writeFileSync(text, someText(4000));

function refused({ code, stderr }: Called, pid: number, out: string): void {
  expect(code).toBe(1);
  expect(stderr).toContain(`${out} is in use by process ${pid}.\n`);
  expect(stderr).toContain(`kill ${pid}\n`);
}

it("a run has its folder to itself until it is over, or dead", async () => {
  const out = join(folder, "run");
  const train = ["train", "--config", "tiny", "--data", text, "--mesh", "data:1", "--out", out];
  const endless = [...train, "--context", "16", "--steps", "90000", "--save-every", "10"];
  const first = start(endless);
  // From its very beginning, when there is no run yet.
  await until(() => existsSync(join(out, ".lock")), 1);
  refused(await call(...endless), first.pid!, out);
  await until(() => namesIn(join(out, "checkpoints")).includes("step-10"), 5);
  refused(await call(...endless, "--resume"), first.pid!, out);
  first.kill("SIGKILL");
  await first.done;
  expect(namesIn(out)).toContain(".lock");

  const second = start([...endless, "--resume"]);
  const before = logOf(out).length;
  await until(() => logOf(out).length > before + 20, 5);
  refused(await call(...endless, "--resume"), second.pid!, out);
  second.kill("SIGINT");
  const { code, stderr } = await second.done;
  expect(stderr).toContain(`of ${out}\n`);
  expect(code).toBe(130);
  expect(namesIn(out)).not.toContain(".lock");
  const steps = logOf(out).map(({ step }) => step);
  expect(steps).toEqual(steps.map((_, i) => i + 1));
  const last = [
    ...train,
    "--context",
    "16",
    "--resume",
    "--json",
    "--steps",
    `${steps.length + 1}`,
  ];
  expect(resultOf(await call(...last))).toMatchObject({ step: steps.length + 1, finished: true });
});

it("so has tokenize", async () => {
  const data = join(folder, "large.txt");
  writeFileSync(data, someText(30_000_000));
  const out = join(folder, "ids");
  const tokenize = ["tokenize", "--data", data, "--out", out, "--output-format", "bin"];
  const first = start([...tokenize, "--workers", "1"]);
  await until(() => existsSync(join(out, ".text_document.lock")), 1);
  refused(await call(...tokenize), first.pid!, out);
  first.kill("SIGKILL");
  await first.done;
  const { code, stderr } = await call(...tokenize, "--tokenizer", "bytes", "--name", "other");
  expect([code, stderr.includes("in use")]).toEqual([0, false]);
  expect((await call(...tokenize)).code).toBe(0);
  expect(namesIn(out)).not.toContain(".text_document.lock");
});
