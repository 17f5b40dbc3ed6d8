import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { start, temporaryFolder } from "../support/cli.ts";
import { someText } from "../support/runs.ts";

const folder = temporaryFolder();
const text = join(folder, "text.txt");
writeFileSync(text, someText(2000));

/** Runs a line of the shell's, in which `"$@"` is the program with its arguments. */
const shell = (line: string, ...args: readonly string[]) =>
  start([...args], ["sh", "-c", line, "sh"]).done;

describe.runIf(existsSync("/dev/full"))("where the disk that output goes to is full", () => {
  it("results that find no place are an error, in a sentence", async () => {
    const { code, stderr } = await shell('"$@" > /dev/full', "cat", text);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^gpt-neo: standard output cannot be written: ENOSPC.*\n$/);
  });

  it("progress that finds no place ends no run", async () => {
    const out = join(folder, "run");
    const short = ["--steps", "2", "--context", "16", "--mesh", "data:1"];
    const train = ["train", "--config", "tiny", "--data", text, "--out", out, ...short, "--json"];
    const { code, stdout } = await shell('"$@" 2> /dev/full', ...train);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ step: 2, saved: 2 });
  });
});
