import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { call, resultOf, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";
import { logOf, someText } from "../support/runs.ts";

// The program as it is installed, on workers.

const folder = temporaryFolder();
const model = fixture("weights/safetensors/one");

it("gpt-neo --help lists the commands, and each command's --help its options", async () => {
  const help = await call("--help");
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const command of ["train", "generate", "eval"]) {
    expect(help.stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    const { code, stdout } = await call(command, "--help");
    expect(code).toBe(0);
    for (const option of ["--mesh", "--layout", "--storage", "--runtime", "--backend", "--json"]) {
      expect(stdout).toMatch(new RegExp(`^  ${option}`, "m"));
    }
    for (const dim of ["batch", "length", "memory_length", "embd", "heads", "kv", "ff", "vocab"]) {
      expect(stdout).toMatch(new RegExp(`\\b${dim}\\b`));
    }
  }
});

it("npx gpt-neo runs it", () => {
  const { status, stdout } = spawnSync("npx", ["--no-install", "gpt-neo", "--help"], {
    cwd: fixture(".."),
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stdout).toContain("Usage: gpt-neo COMMAND [options]");
});

it("a typo is an error on stderr, with what was meant", async () => {
  const wrong = await call("generate", "--modl", "x");
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain("there is no option --modl. Did you mean --model?");
  expect((await call("trian")).stderr).toContain("Did you mean train?");
});

it("generate ends stdout with one object, and notes go to stderr", async () => {
  const args = ["--model", model, "--input-ids", "73,63,47,86,90", "--max-new-tokens", "4"];
  const made = await call("generate", ...args, "--greedy", "--json");
  expect(made).toMatchObject({
    code: 0,
    stdout: '{"ids":[73,63,47,86,90,66,84,84,84],"ending":"length"}\n',
  });
});

it("train logs every step, and its folder generates text", async () => {
  const data = join(folder, "text.txt");
  writeFileSync(data, someText(4000));
  const out = join(folder, "deep", "run");
  const short = ["--steps", "4", "--eval-every", "2", "--mesh", "data:2,model:2"];
  const trained = await call(
    "train",
    "--config",
    "tiny",
    "--data",
    data,
    "--out",
    out,
    ...short,
    "--json",
  );
  expect(resultOf(trained)).toEqual({
    out,
    saved: 4,
    step: 4,
    loss: expect.any(Number),
    validationLoss: expect.any(Number),
    finished: true,
  });
  expect(trained.stderr).toMatch(
    /^mesh data:2,model:2 \(4 devices, .*\), batch -> data, heads -> model, /m,
  );
  expect(trained.stderr).toMatch(
    /^a step moves \d+\.\d MiB in \d+ collectives and holds \d+\.\d MiB per device$/m,
  );
  const log = logOf(out);
  expect(log.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  for (const line of log) {
    expect(line).toMatchObject({
      loss: expect.any(Number),
      tokensPerSecond: expect.any(Number),
      learningRate: expect.any(Number),
      gradientNorm: expect.any(Number),
    });
  }
  expect(log.filter((line) => "validationLoss" in line).map(({ step }) => step)).toEqual([2, 4]);
  const told = ["--prompt", "the whale ", "--max-new-tokens", "5", "--seed", "1", "--json"];
  const made = resultOf<{ ids: number[]; text: string }>(
    await call("generate", "--model", out, ...told),
  );
  expect(made.text.startsWith("the whale ")).toBe(true);
});

it("is a library of what the README lists, as built", async () => {
  const library: Record<string, unknown> = await import(fixture("../../dist/index.js"));
  const readme = readFileSync(fixture("../../README.md"), "utf8");
  const list = readme.slice(readme.indexOf("\nAll names, by what they are about"));
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  expect(listed.length).toBeGreaterThan(30);
  expect(listed.sort()).toEqual(Object.keys(library).sort());
  const { inspect, loadWeights, readDocuments } = library as unknown as typeof import("gpt-neo");
  const weights = await loadWeights(model);
  expect((await inspect(model)).weights!.tensors).toHaveLength(weights.tensors.size);
  await weights.close();
  for await (const part of readDocuments([fixture("data/one.txt")])) expect(part.kind).toBe("text");
});

it("runs where it is called, with paths from there", () => {
  const here = join(folder, "here");
  mkdirSync(here);
  writeFileSync(join(here, "a.txt"), someText(1000));
  const args = [
    "train",
    "--config",
    "tiny",
    "--data",
    "a.txt",
    "--out",
    "run",
    "--steps",
    "1",
    "--json",
  ];
  const { status, stdout } = spawnSync(
    process.execPath,
    [fixture("../../bin/gpt-neo.js"), ...args],
    {
      cwd: here,
      encoding: "utf8",
    },
  );
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ out: "run", step: 1 });
});
