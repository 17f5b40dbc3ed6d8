import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { callHere, callWith, program, resultOf, temporaryFolder } from "./support/cli.ts";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const lines = ["one fish", "two fish", "naïve fish"].map((text) => JSON.stringify({ text }));
const jsonl = `${lines.join("\n")}\n`;
const at = ["--runtime", "simulator", "--mesh", "data:1"];

describe("data come through pipes", () => {
  it("from standard input, packed or not", async () => {
    const cat = ["cat", "-", "--input-format", "jsonl"];
    for (const args of [cat, ["cat", "--data", ...cat.slice(1)]]) {
      expect(await callWith(jsonl, ...args)).toEqual({ code: 0, stdout: jsonl, stderr: "" });
    }
    for (const name of ["ndjson", "jsonlines"]) {
      expect((await callWith(jsonl, "cat", "-", "--input-format", name)).stdout).toBe(jsonl);
    }
    const list = `[${lines.join(",\n")}]`;
    expect((await callWith(list, "cat", "-", "--input-format", "json")).stdout).toBe(jsonl);
    const { status, stdout } = spawnSync(process.execPath, [program, ...cat], {
      input: gzipSync(jsonl),
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, jsonl]);
  });

  it.skipIf(process.platform === "win32")("that have names, packed or not", async () => {
    execFileSync("mkfifo", [path("fifo"), path("lines.jsonl")]);
    for (const [name, content] of [
      ["fifo", jsonl],
      ["fifo", gzipSync(jsonl)],
      ["lines.jsonl", jsonl],
    ] as const) {
      const writing = pipeline(Readable.from([content]), createWriteStream(path(name)));
      const format = name === "fifo" ? ["--input-format", "jsonl"] : [];
      expect((await callHere("cat", path(name), ...format)).stdout).toBe(jsonl);
      await writing;
    }
    const told = await callHere("cat", path("fifo"));
    expect([told.code, told.stderr]).toEqual([1, expect.stringContaining("--input-format")]);
    expect((await callHere("cat", folder, "--input-format", "jsonl")).stderr).toContain("fifo, ");
  });

  it("once", async () => {
    const twice = await callWith(jsonl, "cat", "-", "-", "--input-format", "jsonl");
    expect(twice).toMatchObject({ code: 1, stdout: "" });
    expect(twice.stderr).toContain("standard input is named twice, and can be read once");
    const bin = await callWith("", "cat", "-", "--input-format", "bin");
    expect(bin.stderr).toContain("standard input is a pipe, and .bin/.idx are two files");
    expect((await callWith(jsonl, "inspect", "-")).stderr).toContain("gpt-neo cat");
    expect((await callWith(jsonl, "cat", "-")).stderr).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] standard input has no name that tells its format.
        try  --input-format txt|jsonl|json|tfrecords|uint16
      "
    `);
    const wrong = await callWith(`${jsonl}{"a": 1}\n`, "cat", "-", "--input-format", "jsonl");
    expect(wrong).toMatchObject({ code: 1, stdout: jsonl });
    expect(wrong.stderr).toMatch(/standard input:4: it has neither text nor input_ids/);
  });

  it("and are not taken for those of an earlier call", async () => {
    const out = ["--out", path("ids"), "--output-format", "bin", "--tokenizer", "bytes"];
    const args = ["tokenize", "--data", "-", "--input-format", "jsonl", ...out, "--json"];
    expect(resultOf(await callWith(jsonl, ...args))).toMatchObject({ documents: 3 });
    const again = await callWith(`${lines[0]}\n`, ...args);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("a pipe may have other data");
  });
});

describe("a trained model", () => {
  const out = path("run");
  const to = (folder: string) => ["--config", "tiny", "--out", folder, "--data", "-", ...at];
  const small = ["--input-format", "jsonl", "--context", "16", "--batch-size", "2"];
  const generate = [
    "generate",
    "--model",
    out,
    "--max-new-tokens",
    "3",
    "--greedy",
    "--json",
    ...at,
  ];
  beforeAll(async () => {
    const args = ["train", ...to(out), ...small, "--steps", "2"];
    const { stderr } = await callWith(jsonl.repeat(9), ...args);
    expect(stderr).toContain(`standard input is kept in ${join(out, "piped/1.jsonl")}`);
    expect(existsSync(join(out, "config.json"))).toBe(true);
  });

  it("goes on with what came through the pipe before, unless it is named again", async () => {
    const named = await callWith("", "train", ...to(out), ...small, "--steps", "4", "--resume");
    expect([named.code, named.stderr]).toEqual([
      1,
      expect.stringContaining(
        "nothing came through standard input.\n  try  no --data, to go on with",
      ),
    ]);
    const resumed = await callWith("", "train", "--out", out, "--steps", "4", "--resume");
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain("1.jsonl has what came through standard input before");
    expect(resumed.stderr).toContain("going on from step 2");
    expect(resumed.stderr).not.toMatch(/changed since: (data|validation)/);
  });

  it("is not read again by itself where what came through it is gone", async () => {
    const run = path("lost");
    const begin = ["train", ...to(run), ...small];
    resultOf(await callWith(jsonl.repeat(9), ...begin, "--steps", "1", "--json"));
    const file = join(run, "piped/1.jsonl");
    for (const gone of [file, join(run, "piped")]) {
      rmSync(gone, { recursive: true });
      const resumed = await callWith("", "train", "--out", run, "--resume", "--steps", "2");
      expect([resumed.code, resumed.stderr]).toEqual([
        1,
        expect.stringContaining(`${file} is gone, which had what came through standard input.`),
      ]);
      expect(existsSync(file)).toBe(false);
    }
    const again = ["train", "--out", run, "--resume", "--steps", "2", "--data", "-", "--json"];
    expect(resultOf(await callWith(jsonl.repeat(9), ...again))).toMatchObject({ step: 2 });
  });

  it.skipIf(process.platform === "win32")("goes on where the pipe is there no more", async () => {
    const run = path("of-a-fifo");
    execFileSync("mkfifo", [path("gone")]);
    const writing = pipeline(Readable.from([jsonl.repeat(9)]), createWriteStream(path("gone")));
    const args = ["--config", "tiny", "--data", path("gone"), ...small, "--steps", "1", ...at];
    expect((await callHere("train", "--out", run, ...args)).code).toBe(0);
    await writing;
    rmSync(path("gone"));
    const resumed = await callHere("train", "--out", run, "--resume", "--steps", "2");
    expect(resumed.stderr).toContain("going on from step 1");
    expect(resumed.stderr).not.toMatch(/changed since: (data|validation)/);
    expect(resumed.code).toBe(0);
  });

  it("is none, and nothing is left, where what comes is bad", async () => {
    const args = ["train", ...to(path("bad")), ...small];
    const bad = await callWith(`${jsonl}{"a": 1}\n`, ...args);
    expect(bad.stderr).toMatch(/piped\/1\.jsonl:4: it has neither text/);
    expect(existsSync(path("bad"))).toBe(false);
    const short = await callWith('{"text": ""}\n', ...args);
    expect(short.stderr).toContain("are shorter than one sample");
    expect(short.stderr).toMatch(/^ +data +1 token$/m);
    expect(short.stderr).not.toContain("is kept in");
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      input: gzipSync(jsonl).subarray(0, 30),
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining("the gzip stream ends early")]);
    expect(existsSync(path("bad"))).toBe(false);
    const twice = await callWith(jsonl, ...args, "--validation-data", "-");
    expect(twice.stderr).toContain("standard input: it was read before");
    expect(existsSync(path("bad"))).toBe(false);
  });

  it("is measured by what comes through a pipe", async () => {
    const args = ["eval", "--model", out, "--data", "-", "--input-format", "txt", "--json", ...at];
    expect(resultOf(await callWith("a text", ...args))).toMatchObject({ tokens: 5 });
  });

  it("continues what a file or standard input holds, up to the end of its last line", async () => {
    const prompt = "naïve\nfish";
    const expected = resultOf(await callHere(...generate, "--prompt", prompt));
    writeFileSync(path("prompt.txt"), `${prompt}\r\n`);
    writeFileSync(path("prompt.txt.gz"), gzipSync(prompt));
    const from = async (input: string, ...args: readonly string[]) =>
      resultOf(await callWith(input, ...generate, ...args));
    expect(await from("", "--prompt-file", path("prompt.txt"))).toEqual(expected);
    expect(await from("", "--prompt-file", path("prompt.txt.gz"))).toEqual(expected);
    expect(await from(`${prompt}\n`, "--prompt-file", "-")).toEqual(expected);
    expect(await from(prompt, "--prompt", "-")).toEqual(expected);
    expect(await from(`${prompt}\n\n`, "--prompt", "-")).not.toEqual(expected);
    writeFileSync(path("latin1.txt"), Buffer.from("naïve", "latin1"));
    const bad = await callHere(...generate, "--prompt-file", path("latin1.txt"));
    expect(bad.stderr).toContain("it is not UTF-8 from byte 2 on");
    const both = await callHere(...generate, "--prompt", "a", "--prompt-file", path("prompt.txt"));
    expect(both.stderr).toContain("--prompt and --prompt-file exclude each other");
  });
});
