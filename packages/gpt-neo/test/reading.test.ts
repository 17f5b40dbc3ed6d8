import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";

it("train and eval read data whose names and keys are others' own", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "notes.dat");
  const line = JSON.stringify({ body: "the quick brown fox jumps over the lazy dog, again" });
  writeFileSync(data, `${line}\n`.repeat(20));
  const reading = ["--data", data, "--input-format", "jsonl", "--text-key", "body"];
  const at = ["--runtime", "simulator", "--mesh", "data:1"];
  const out = join(folder, "run");
  const config = ["--config", "tiny", "--steps", "2", "--context", "16", "--out", out];
  resultOf(await callHere("train", ...config, ...reading, ...at, "--no-cross-document", "--json"));
  const { tokens } = resultOf<{ tokens: number }>(
    await callHere("eval", "--model", out, "--context", "64", ...reading, ...at, "--json"),
  );
  // Documents of 50 bytes, each predicted but for its first byte.
  expect(tokens).toBe(20 * 49);
  const wrong = await callHere("eval", "--model", out, "--data", data, ...at);
  expect([wrong.code, wrong.stdout]).toEqual([1, ""]);
  expect(wrong.stderr).toContain("notes.dat");
});
