import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
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

it("train that is interrupted in its first step says what begins it again, and that does", async () => {
  const text = join(folder, "step.txt");
  await writeRepeated(text, line, 2000);
  const out = join(folder, "in-step");
  // A step of a batch that takes longer than the signal does.
  const run = start([
    ...["train", "--config", "tiny", "--data", text, "--out", out, ...at.slice(2)],
    ...["--batch-size", "256", "--steps", "3"],
  ]);
  run.stderr!.on("data", () => {
    if (!run.killed && existsSync(join(out, "run.json"))) run.kill("SIGINT");
  });
  const { code, stderr } = await run.done;
  expect(code, stderr).toBe(130);
  const [, again] = /; (gpt-neo train .*) (begins again|goes on)$/m.exec(stderr)!;
  const second = await start([...again!.split(" ").slice(1), "--steps", "1"]).done;
  expect(second.code, second.stderr).toBe(0);
}, 120_000);

it("train saves and ends after its step when its terminal closes", async () => {
  const text = join(folder, "hang-up.txt");
  await writeRepeated(text, line, 2000);
  const out = join(folder, "hang-up");
  const run = start([
    ...["train", "--config", "tiny", "--data", text, "--out", out, ...at.slice(2)],
    ...["--steps", "30", "--batch-size", "64", "--save-every", "100"],
  ]);
  const log = join(out, "log.jsonl");
  const looking = setInterval(() => {
    if (!run.killed && existsSync(log) && readFileSync(log).length > 0) run.kill("SIGHUP");
  }, 20);
  const ended = await run.done;
  clearInterval(looking);
  expect(ended.code, ended.stderr).toBe(130);
  expect(ended.stderr).toMatch(/^saved after step \d+; gpt-neo train --out .* --resume goes on$/m);
  expect(readdirSync(join(out, "checkpoints"))).toHaveLength(1);
}, 60_000);

it.each([
  ["long.txt", /^waiting for text: /m, /^(\d+) of \d+ chunks of .*long\.txt are tokenized, and/m],
  [
    "long.txt.gz",
    /^tokenizing .* documents?, /m,
    /^([\d,]+) tokens of .*long\.txt\.gz are kept in/m,
  ],
])(
  "what is tokenized by then stays in the cache, and the same command goes on: %s",
  async (name, begun, kept) => {
    const text = join(folder, name);
    // It does not get shorter.
    const written = randomBytes(18e6).toString("base64").replaceAll(/.{60}/g, "$&\n");
    writeFileSync(text, name.endsWith("gz") ? gzipSync(written, { level: 1 }) : written);
    const out = join(folder, "long");
    rmSync(out, { recursive: true, force: true });
    const args = ["train", "--config", "tiny", "--data", text, "--out", out, ...at];
    args.push("--cache", join(folder, "cache"), "--context", "8", "--batch-size", "1");
    const first = start(args);
    let told = "";
    first.stderr!.on("data", (piece: string) => {
      told += piece;
      // A second one would end it at once.
      if (!first.killed && begun.test(told)) first.kill("SIGINT");
    });
    const { code, stderr } = await first.done;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("stopped before the first step: nothing is saved");
    const before = Number(kept.exec(stderr)![1]!.replaceAll(",", ""));
    expect(before).toBeGreaterThan(0);
    expect(readdirSync(folder)).not.toContain("long");
    const second = await start(args).done;
    expect(second.code, second.stderr).toBe(0);
    if (!name.endsWith("gz")) {
      expect(second.stderr).toMatch(new RegExp(`: ${before} of \\d+ chunks are there`));
      return;
    }
    const [, seen] = /^tokenizing .*, ([\d,]+) tokens$/m.exec(second.stderr)!;
    expect(Number(seen!.replaceAll(",", ""))).toBeGreaterThan(before);
  },
);
