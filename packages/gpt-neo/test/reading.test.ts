import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

it("every command that reads data takes nanoGPT's ids of 16 bits", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "train.bin");
  const ids = Uint16Array.from({ length: 400 }, (_, i) => (i % 40 === 39 ? 256 : i % 11));
  writeFileSync(data, ids);
  const reading = ["--data", data, "--input-format", "uint16"];
  const at = ["--runtime", "simulator", "--mesh", "data:1"];
  const out = join(folder, "run");
  const config = ["--config", "tiny", "--steps", "2", "--context", "16", "--out", out];
  resultOf(await callHere("train", ...config, ...reading, ...at, "--json"));
  const evaluated = await callHere("eval", "--model", out, ...reading, ...at, "--json");
  // Of each window of 16 ids the first is not predicted.
  expect(resultOf<{ tokens: number }>(evaluated).tokens).toBe((400 / 16) * 15);
  expect(resultOf(await callHere("cat", ...reading))).toEqual({ input_ids: [...ids] });
  const inspected = await callHere("inspect", data, "--input-format", "uint16", "--json");
  expect(resultOf<{ data: object }>(inspected).data).toMatchObject({ documents: 1, tokens: 400 });
  const into = ["--out", join(folder, "ids"), "--output-format", "bin", "--tokenizer", "bytes"];
  const written = await callHere("tokenize", ...reading, ...into, "--json");
  // It ends in an end of text already.
  expect(resultOf(written)).toMatchObject({ documents: 1, tokens: 400 });
});

it("every command that reads data makes room for larger windows of zstd", async () => {
  const folder = temporaryFolder();
  const file = fileURLToPath(new URL("fixtures/packed/window-2gib.jsonl.zst", import.meta.url));
  const room = ["--zstd-window", "2GiB"];
  const without = await callHere("cat", file);
  expect(without).toMatchObject({ code: 1, stdout: "" });
  expect(without.stderr).toContain("try  --zstd-window 2147483648, if");
  expect((await callHere("cat", file, ...room)).stdout.match(/\n/g)).toHaveLength(30);
  expect((await callHere("inspect", file, ...room, "--json")).code).toBe(0);
  const into = ["--out", join(folder, "ids"), "--output-format", "bin", "--tokenizer", "bytes"];
  const before = file.replace("window-2gib", "one-frame");
  const tokenize = ["tokenize", "--data", before, file, ...into, "--workers", "0"];
  expect((await callHere(...tokenize)).code).toBe(1);
  // What was begun without it is gone on with.
  expect((await callHere(...tokenize, ...room)).code).toBe(0);
  const size = ["--vocab-size", "260", "--out", join(folder, "t.json")];
  expect((await callHere("tokenizer", "train", "--data", file, ...size, ...room)).code).toBe(0);
  const options = ["--steps", "1", "--context", "16", "--runtime", "simulator", "--mesh", "data:1"];
  const train = ["train", "--config", "tiny", ...options, "--out", join(folder, "run")];
  expect((await callHere(...train, "--data", file, ...room)).code).toBe(0);
  const data = ["--data", file, "--runtime", "simulator", "--mesh", "data:1"];
  expect((await callHere("eval", "--model", join(folder, "run"), ...data, ...room)).code).toBe(0);
  const wrong = await callHere("cat", file, "--zstd-window", "3GiB");
  expect(wrong.stderr).toContain("--zstd-window is '3GiB', not a size up to 2GiB");
});

it("what progress says at last is how much there is", async () => {
  const folder = temporaryFolder();
  const data = join(folder, "book.txt");
  writeFileSync(data, "One fish, two fish. ".repeat(20_000));
  const options = ["--steps", "1", "--context", "16", "--runtime", "simulator", "--mesh", "data:1"];
  const out = ["--out", join(folder, "run")];
  const trained = await callHere("train", "--config", "tiny", "--data", data, ...options, ...out);
  expect(trained.stderr).toContain("book.txt: 1 document, 400,001 tokens\n");
  const into = ["--out", join(folder, "ids"), "--output-format", "bin", "--tokenizer", "bytes"];
  const written = await callHere("tokenize", "--data", data, ...into, "--workers", "0");
  expect(written.stderr).toMatch(/book\.txt: 1 document, 400,001 tokens(, [\d,]+ tokens\/s)?\n$/);
  expect(written.stdout).toMatch(/^1 document, 400,001 tokens in /);
  const size = ["--vocab-size", "260", "--out", join(folder, "t.json")];
  const tokenizer = await callHere("tokenizer", "train", "--data", data, ...size);
  expect(tokenizer.stdout).toBe(`${join(folder, "t.json")}: 260 tokens\n`);
});
