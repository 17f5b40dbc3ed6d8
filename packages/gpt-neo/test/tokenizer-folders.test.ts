import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as HuggingFace } from "@huggingface/tokenizers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type JsonTokenizer,
  loadTokenizer,
  saveTokenizer,
  type Tokenizer,
  tokenizerNamed,
  withSpecial,
} from "../src/tokenizer/index.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { pythonThat } from "./support/python.ts";

interface Expected {
  readonly roles: Readonly<Record<string, string>>;
  readonly added: Readonly<Record<string, number>>;
  readonly cases: readonly { text: string; ids: number[] }[];
}

const folder = temporaryFolder();
const recorded = fixture("tokenizer-folders");
const names = readdirSync(recorded).filter((name) => !name.includes("."));
const expectedOf = (name: string): Expected =>
  JSON.parse(readFileSync(join(recorded, name, "expected.json"), "utf8"));

const gpt2 = join(folder, "gpt2");
beforeAll(() => saveTokenizer(gpt2, tokenizerNamed("gpt2"), 2048));

/** The folder as it was recorded: GPT-2's own files are not kept. */
async function made(name: string): Promise<string> {
  const at = join(folder, "found", name);
  cpSync(join(recorded, name), at, { recursive: true });
  if (!name.startsWith("gpt2-")) return at;
  for (const file of ["vocab.json", "merges.txt"]) cpSync(join(gpt2, file), join(at, file));
  return at;
}

/** A model's folder, as a run writes it, with the tokenizer of a folder that was found. */
async function saved(name: string): Promise<string> {
  const at = join(folder, "saved", name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "config.json"), '{"model_type": "gpt_neo"}');
  await saveTokenizer(at, (await loadTokenizer(await made(name), 0))!, 2048);
  return at;
}

function expectIds(tokenizer: Tokenizer, { cases }: Expected): void {
  const special = withSpecial(tokenizer);
  for (const { text, ids } of cases) {
    expect([...special.encode(text)], JSON.stringify(text)).toEqual(ids);
  }
}

describe.each(names)("%s", (name) => {
  const expected = expectedOf(name);

  it("has the ids that transformers gives", async () => {
    const tokenizer = (await loadTokenizer(await made(name), 0))!;
    expectIds(tokenizer, expected);
    expect(tokenizer.name).toBe(/^gpt2-(plain|published)$/.test(name) ? "gpt2" : "json");
    const { eos_token } = expected.roles;
    if (eos_token !== undefined) expect(tokenizer.decode([tokenizer.endOfText])).toBe(eos_token);
    if (tokenizer.name !== "json") return;
    const { file, roles } = tokenizer as JsonTokenizer;
    expect(Object.fromEntries(file.added.map(({ content, id }) => [content, id]))).toEqual(
      expected.added,
    );
    const { additional_special_tokens: _, ...named } = roles;
    expect(named).toEqual(expected.roles);
  });

  it("is the same again from the files it is saved as", async () => {
    const at = await saved(name);
    expectIds((await loadTokenizer(at, 0))!, expected);
    const json = join(at, "tokenizer.json");
    // That library looks up the name of a template's token, which may be no token of its own.
    if (!readdirSync(at).includes("tokenizer.json") || name === "json-processors") return;
    const config = JSON.parse(readFileSync(join(at, "tokenizer_config.json"), "utf8"));
    const other = new HuggingFace(JSON.parse(readFileSync(json, "utf8")), config);
    for (const { text, ids } of expected.cases) expect(other.encode(text).ids).toEqual(ids);
  });
});

it("a run takes its model's tokenizer along, and continues what it begins a text with", async () => {
  const found = await made("json-template");
  const out = join(folder, "run");
  const text = join(folder, "text.txt");
  writeFileSync(text, "the text of it <new> ".repeat(40));
  const config = join(found, "config.json");
  const small = { hidden_size: 16, num_layers: 1, num_heads: 2, max_position_embeddings: 32 };
  writeFileSync(config, JSON.stringify({ model_type: "gpt_neo", vocab_size: 300, ...small }));
  const at = ["--mesh", "data:1", "--runtime", "simulator", "--json"];
  const short = ["--steps", "1", "--batch-size", "2", "--context", "16"];
  const train = (...args: readonly string[]) =>
    callHere("train", "--data", text, ...short, ...at, ...args);
  resultOf(await train("--config", config, "--tokenizer", found, "--out", out));
  const tuned = join(folder, "tuned");
  resultOf(await train("--model", out, "--out", tuned));
  const expected = expectedOf("json-template");
  expectIds((await loadTokenizer(tuned, 0))!, expected);
  const prompt = ["--prompt", "the text", "--max-new-tokens", "1"];
  const answer = resultOf<{ ids: number[]; text: string }>(
    await callHere("generate", "--model", tuned, ...prompt, ...at),
  );
  const begun = [...(await loadTokenizer(tuned, 0))!.encode("the text")];
  expect(begun[0]).toBe(0);
  expect(answer.ids.slice(0, begun.length)).toEqual(begun);
  expect(answer.text.startsWith("the text")).toBe(true);
});

describe("a folder that is half a tokenizer", () => {
  const errorOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const at = join(folder, "half");
    rmSync(at, { recursive: true, force: true });
    mkdirSync(at);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(at, name), text);
    const error = await loadTokenizer(at, 0).then(() => "none", String);
    return error.replaceAll(at, "DIR");
  };
  const vocab = '{"a": 0, "b": 1, "ab": 2}';

  it.each([
    ["DIR/vocab.json needs the merges.txt beside it, which is not there.", { "vocab.json": vocab }],
    ["DIR/vocab.json is no object of tokens and ids.", { "vocab.json": "[]", "merges.txt": "a b" }],
    [
      "DIR/merges.txt, line 3 is no pair of tokens.",
      { "vocab.json": vocab, "merges.txt": "#version: 0.2\na b\nab\n" },
    ],
    [
      "DIR/vocab.json: model.merges[0] names c, which is not in the vocabulary.",
      { "vocab.json": vocab, "merges.txt": "a c" },
    ],
    [
      "DIR/vocab.json is of a CLIPTokenizer, which needs more than vocab.json and merges.txt.",
      {
        "vocab.json": vocab,
        "merges.txt": "a b",
        "tokenizer_config.json": '{"tokenizer_class": "CLIPTokenizer"}',
      },
    ],
    [
      "DIR/tokenizer_config.json: added_tokens_decoder[3].content is no text.",
      {
        "vocab.json": vocab,
        "merges.txt": "a b",
        "tokenizer_config.json": '{"added_tokens_decoder": {"3": {"content": 7}}}',
      },
    ],
    [
      "DIR/tokenizer.json: post_processor.single[1].SpecialToken is no object.",
      {
        "tokenizer.json": readFileSync(
          fixture("tokenizer-folders/json-template-both/tokenizer.json"),
          "utf8",
        ).replaceAll('"Sequence"', '"Text"'),
      },
    ],
  ])("%s", async (sentence, files) => {
    expect((await errorOf(files)).split("\n")[0]).toBe(`MtfError: [bad-file] ${sentence}`);
  });
});

// Older ones read some of these folders in another way.
const python = pythonThat("import transformers; assert int(transformers.__version__[0]) >= 5");

it.skipIf(!python)("transformers gives the same ids with the files it is saved as", async () => {
  const jobs: object[] = [];
  for (const name of names) jobs.push({ folder: await saved(name), ...expectedOf(name) });
  const program = `
import json, sys, transformers
for job in json.load(sys.stdin):
    tokenizer = transformers.AutoTokenizer.from_pretrained(job["folder"])
    ids = [tokenizer(case["text"]).input_ids for case in job["cases"]]
    roles = tokenizer.special_tokens_map
    print(json.dumps([ids, {role: roles.get(role) for role in job["roles"]}]))`;
  const { stdout, stderr } = spawnSync(python!, ["-c", program], { input: JSON.stringify(jobs) });
  const found = `${stdout}`.trim().split("\n");
  expect(found.length, `${stderr}`).toBe(names.length);
  for (const [i, name] of names.entries()) {
    const { cases, roles } = expectedOf(name);
    expect(JSON.parse(found[i]!), name).toEqual([cases.map(({ ids }) => ids), roles]);
  }
});
