import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start, temporaryFolder } from "../support/cli.ts";
import { writeRepeated } from "../support/repeated.ts";

const folder = temporaryFolder();
const line = Buffer.from("Some words of a text, again and again, and a number: 1234567890.\n");
const at = ["--steps", "1", "--mesh", "data:1", "--runtime", "simulator"];

it("train that is interrupted while it reads ends with 130, and leaves nothing behind", async () => {
  const text = join(folder, "text.txt");
  // Small enough to be read into memory.
  await writeRepeated(text, line, 240_000);
  const out = join(folder, "run");
  const run = start(["train", "--config", "tiny", "--data", text, "--out", out, ...at]);
  await once(run.stderr!, "data");
  run.kill("SIGINT");
  const { code, stderr, stdout } = await run.done;
  expect(stderr).toMatch(/reading .*text\.txt/);
  expect(stderr).toContain("\nstopping; again to stop now\n");
  expect(stderr.trimEnd().split("\n").at(-1)).toBe(
    "stopped before the first step: nothing is saved; the same command begins again",
  );
  expect(stdout).toBe("");
  expect(code).toBe(130);
  expect(existsSync(out)).toBe(false);
});

it("what is tokenized by then stays in the cache, and the same command goes on", async () => {
  const text = join(folder, "long.txt");
  await writeRepeated(text, line, 300_000);
  const out = join(folder, "long");
  const args = ["train", "--config", "tiny", "--tokenizer", "gpt2", "--data", text, "--out", out];
  args.push("--cache", join(folder, "cache"), "--context", "8", "--batch-size", "1", ...at);
  const first = start(args);
  let told = "";
  first.stderr!.on("data", (piece: string) => {
    told += piece;
    // A second one would end it at once.
    if (!first.killed && /^tokenizing .* documents?, /m.test(told)) first.kill("SIGINT");
  });
  const { code, stderr } = await first.done;
  expect(code).toBe(130);
  const [, kept] = /^([\d,]+) tokens of .*long\.txt are kept in .*cache/m.exec(stderr)!;
  expect(readdirSync(folder)).not.toContain("long");
  const second = await start(args).done;
  expect(second.code).toBe(0);
  const [, seen] = /^tokenizing .*, ([\d,]+) tokens$/m.exec(second.stderr)!;
  const count = (written: string | undefined) => Number(written!.replaceAll(",", ""));
  expect(count(seen)).toBeGreaterThan(count(kept));
});
