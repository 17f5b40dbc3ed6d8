import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { namesIn } from "../../src/make-folder.ts";
import { markRunFolder } from "../../src/run-mark.ts";
import { callHere, callWith, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const errorOf = async (...args: readonly string[]): Promise<string> => {
  const { code, stderr } = await callHere(...args);
  expect(code).toBe(1);
  return stderr;
};
writeFileSync(at("book.txt"), "One fish, two fish. ".repeat(200));

it("helps with the words that are tried first", async () => {
  const group = await callHere("tokenizer", "--help");
  expect([group.code, group.stderr]).toEqual([0, ""]);
  for (const name of ["train", "encode", "decode"]) {
    expect(group.stdout).toContain(`  tokenizer ${name} `);
  }
  expect(await callHere("help", "train")).toEqual(await callHere("train", "--help"));
  const own = join(import.meta.dirname, "../../package.json");
  const { version } = JSON.parse(readFileSync(own, "utf8"));
  expect(await callHere("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it("tells who types plain text how it would be written", async () => {
  const encode = ["tokenizer", "encode", "--tokenizer", "gpt2"];
  const plain = await callWith("to be or not\n", ...encode);
  expect(plain.stderr).toContain('line 1 is neither a JSON text nor {"text"}.\n');
  expect(plain.stderr).toContain('try  quotes around it: "to be or not"\n');
});

it("names the key that the text of JSON lines is under", async () => {
  writeFileSync(at("notes.jsonl"), '{"id":5,"body":"some words"}\n');
  const error = await errorOf("inspect", at("notes.jsonl"));
  expect(error).toContain("try  --text-key body, where the text is there\n");
});

it("says that it is the config that asks for data to validate with", async () => {
  const training = { validation_data: ["gone/*.jsonl"] };
  const tiny = JSON.parse(readFileSync(fixture("config/tiny.json"), "utf8"));
  writeFileSync(
    at("config.json"),
    JSON.stringify({ ...tiny, training: { ...tiny.training, ...training } }),
  );
  const given = ["--config", at("config.json"), "--data", at("book.txt"), "--out", at("run")];
  const error = await errorOf("train", ...given, "--tokenizer", "bytes", "--mesh", "data:1");
  expect(error).toMatch(/the pattern gone\/\*\.jsonl has no data/);
  expect(error).toMatch(/asked for +by the config, as its data to validate with\n/);
  expect(error).toMatch(/try +--validation-data with other files\n/);
  expect(error).toMatch(/try +--set validation_data=null, to hold back a part of the data\n/);
});

it("says that a run's folder is one", async () => {
  await markRunFolder(at("done"));
  writeFileSync(join(at("done"), "log.jsonl"), '{"step":1,"loss":2}\n');
  const error = await errorOf(
    "eval",
    "--model",
    fixture("weights/safetensors/one"),
    "--data",
    at("done"),
  );
  expect(error).toContain("done is a run's folder, whose logs are no data.\n");
  expect(error).toMatch(/try +--model .*done, to go on from it\n/);
  const seen = await callHere("inspect", join(at("done"), "run.json"), "--json");
  expect(JSON.parse(seen.stdout)).toMatchObject({ kind: "run", path: at("done") });
});

/** A model with one of its values replaced. */
async function modelWith(name: string, value: number): Promise<string> {
  cpSync(fixture("weights/safetensors/one"), at(name), { recursive: true });
  const file = join(at(name), "model.safetensors");
  const opened = await openSafetensors(file);
  const { offset } = opened.tensors.get("transformer.ln_f.weight")!;
  await opened.close();
  const bytes = readFileSync(file);
  bytes.writeFloatLE(value, offset);
  writeFileSync(file, bytes);
  return at(name);
}

it("leaves no folder of a conversion that failed", async () => {
  const large = await modelWith("large", 1e5);
  const to = join(at("new"), "a/b");
  const error = await errorOf("convert", "--from", large, "--to", to, "--dtype", "float16");
  expect(error).toContain("1 value is too large for float16: nothing is written.");
  expect(await namesIn(folder)).not.toContain("new");
  // What was there stays.
  mkdirSync(join(at("new"), "a"), { recursive: true });
  await errorOf("convert", "--from", large, "--to", to, "--dtype", "float16");
  expect(await namesIn(at("new"))).toEqual(["a"]);
});

it("says what of converted weights is not finite", async () => {
  const from = await modelWith("nan", Number.NaN);
  const { code, stderr } = await callHere("convert", "--from", from, "--to", at("converted"));
  expect(code).toBe(0);
  expect(stderr).toContain(
    "not finite: transformer.ln_f.weight: values that are NaN or infinite: 1\n",
  );
});

it("tokenizes into .bin and .idx by default, and reads what it wrote", async () => {
  const out = ["--out", at("ids"), "--tokenizer", "bytes", "--workers", "0"];
  expect((await callHere("tokenize", "--data", at("book.txt"), ...out)).code).toBe(0);
  expect(await namesIn(at("ids"))).toContain("text_document.idx");
  const read = await callHere("inspect", at("ids"));
  expect([read.code, read.stderr]).toEqual([0, ""]);
});
