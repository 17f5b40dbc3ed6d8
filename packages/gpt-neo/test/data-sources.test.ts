import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { logOf, namesIn, someText } from "./support/runs.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const [text, more, held] = [at("text.txt"), at("more.jsonl"), at("held.txt")];
writeFileSync(text, someText(4000));
writeFileSync(
  more,
  Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ text: `Line ${i}: ${"ab ".repeat(i)}` }),
  ).join("\n"),
);
writeFileSync(held, "The ship sank. ".repeat(3));

const small = [
  "--context",
  "16",
  "--batch-size",
  "2",
  "--mesh",
  "data:1",
  "--runtime",
  "simulator",
];
const steps = ["--steps", "6", "--save-every", "3", "--eval-every", "3"];
const settingsOf = (out: string, step: number): Record<string, unknown> => {
  const file = join(out, "checkpoints", `step-${step}`, "checkpoint.json");
  return JSON.parse(readFileSync(file, "utf8")).metadata.settings;
};
const losses = (out: string) =>
  logOf(out).map(({ loss, validationLoss }) => [loss, validationLoss]);

async function train(...options: readonly string[]): Promise<string> {
  const called = await callHere("train", ...small, ...steps, ...options);
  expect(called.code, called.stderr).toBe(0);
  return called.stderr;
}

/** The run as it was after its first checkpoint. */
function interrupted(out: string): string {
  const copy = `${out}-interrupted`;
  cpSync(out, copy, { recursive: true });
  rmSync(join(copy, "checkpoints", "step-6"), { recursive: true });
  return copy;
}

describe("sources with weights", () => {
  const sources = ["--data", text, "--weight", "0.7", "--data", more, "--weight", "0.3"];
  const command = ["--config", "tiny", ...sources, "--validation-data", held];
  const out = at("mixed");
  beforeAll(() => train(...command, "--out", out));

  it("are trained on, and go on bit for bit with the same command", async () => {
    const again = interrupted(out);
    const told = await train(...command, "--out", again, "--resume");
    expect(told).toContain("going on from step 3");
    expect(told).not.toContain("changed since");
    expect(losses(again)).toEqual(losses(out));
    expect(readFileSync(join(again, "model.safetensors"))).toEqual(
      readFileSync(join(out, "model.safetensors")),
    );
    expect(losses(out).filter(([, validation]) => validation !== undefined)).toHaveLength(2);
  });

  it("are settings, which a run that goes on tells when they change", async () => {
    expect(settingsOf(out, 6)).toMatchObject({
      data: [
        { files: [text], weight: 0.7 },
        { files: [more], weight: 0.3 },
      ],
      validation_data: [held],
      tokenizer: "bytes",
    });
    const again = interrupted(out);
    const changed = ["--data", text, "--data", more, "--weight", "2", "--special"];
    const told = await train("--config", "tiny", ...changed, "--out", again, "--resume");
    const changes = told.split("\n").filter((line) => line.startsWith("changed since"));
    expect(changes.join("\n").replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
      "changed since: data: [{"files":["FOLDER/text.txt"],"weight":0.7},{"files":["FOLDER/more.jsonl"],"weight":0.3}] -> [{"files":["FOLDER/text.txt"],"weight":1},{"files":["FOLDER/more.jsonl"],"weight":2}]
      changed since: special: unset -> true"
    `);
  });

  it("may be the config's, and the command line's replace them", async () => {
    const config = at("sources.json");
    const preset = { vocab_size: 257, max_position_embeddings: 64, hidden_size: 32, num_layers: 2 };
    const training = {
      data: [
        { files: text, weight: 0.7 },
        { files: [more], weight: 0.3 },
      ],
      validation_data: held,
      learning_rate: 3e-3,
      warmup_steps: 10,
    };
    const model = { ...preset, num_heads: 4, window_size: 16, training };
    writeFileSync(config, JSON.stringify(model));
    const same = at("same");
    await train("--config", config, "--out", same);
    expect(losses(same)).toEqual(losses(out));
    const other = at("other");
    await train("--config", config, "--data", text, "--out", other);
    expect(settingsOf(other, 6)).toMatchObject({ data: [text], validation_data: [held] });
  });
});

describe("a tokenizer of one's own", () => {
  const file = at("tokenizer.json");
  beforeAll(async () => {
    const made = ["--data", text, "--vocab-size", "300", "--out", file];
    expect((await callHere("tokenizer", "train", ...made)).code).toBe(0);
  });

  it("given for a new model, decides its vocabulary", async () => {
    const out = at("own");
    const command = ["--config", "tiny", "--tokenizer", file, "--data", text, "--out", out];
    const told = await train(...command);
    const { vocabSize } = resultOf<{ vocabSize: number }>(
      await callHere(
        "tokenizer",
        "train",
        "--data",
        text,
        "--vocab-size",
        "300",
        "--out",
        at("b.json"),
        "--json",
      ),
    );
    expect(told.split("\n").filter((line) => line.startsWith("config: "))).toEqual([
      `config: vocab_size 257 -> ${vocabSize}, the tokenizer's`,
    ]);
    const config = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(config).toMatchObject({ vocab_size: vocabSize, eos_token_id: 0, bos_token_id: 0 });
    expect(readFileSync(join(out, "tokenizer.json"), "utf8")).toBe(readFileSync(file, "utf8"));
    const said = await callHere(
      ...["generate", "--model", out, "--prompt", "the whale", "--max-new-tokens", "3"],
      ...["--temperature", "0", "--mesh", "data:1", "--runtime", "simulator", "--json"],
    );
    expect(resultOf<{ text: string }>(said).text).toMatch(/^the whale/);

    const again = interrupted(out);
    const resumed = await train(...command.slice(0, -1), again, "--resume");
    expect(resumed).not.toContain("changed since");
    expect(losses(again)).toEqual(losses(out));

    // The model's own is the default where training goes on from it.
    const tuned = at("tuned");
    expect(await train("--model", out, "--data", text, "--out", tuned)).not.toContain("config: ");
    expect(namesIn(tuned)).toContain("tokenizer.json");
  });

  it("named by the config, must fit it, and ends texts where the config does not say how", async () => {
    const config = at("named.json");
    const ends = async (written: object): Promise<[number, string[]]> => {
      const model = { hidden_size: 16, num_layers: 1, num_heads: 2, max_position_embeddings: 16 };
      const training = { tokenizer: file, warmup_steps: 1 };
      writeFileSync(config, JSON.stringify({ vocab_size: 310, ...model, ...written, training }));
      const out = at("ends");
      rmSync(out, { recursive: true, force: true });
      const told = await train("--config", config, "--data", text, "--out", out);
      const saved = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
      expect(saved.vocab_size).toBe(310);
      return [saved.eos_token_id, told.split("\n").filter((line) => line.startsWith("config: "))];
    };
    expect(await ends({})).toEqual([0, []]);
    expect(await ends({ eos_token_id: 7 })).toEqual([
      7,
      ["config: eos_token_id is 7, which ends documents, not the tokenizer's 0"],
    ]);
  });

  it("may lie in a folder", async () => {
    const out = at("folder");
    const tiny = fixture("tokenizer-json/tiny-plain");
    const told = await train("--config", "tiny", "--tokenizer", tiny, "--data", text, "--out", out);
    expect(told).toContain("config: vocab_size 257 -> 300, the tokenizer's\n");
    expect(settingsOf(out, 6).tokenizer).toBe(join(tiny, "tokenizer.json"));
  });
});

it("--special lets a text end itself, in train and eval", async () => {
  const ended = at("ended.txt");
  writeFileSync(ended, "one two three<|endoftext|>".repeat(40));
  const tokens = async (...options: readonly string[]): Promise<unknown> => {
    const out = at("special");
    rmSync(out, { recursive: true, force: true });
    await train("--config", "tiny", "--data", ended, "--out", out, ...options);
    return settingsOf(out, 6).data_tokens;
  };
  expect(await tokens()).toBe(40 * 26 + 1);
  expect(await tokens("--special")).toBe(40 * 14);
  const evaluated = async (...options: readonly string[]) =>
    resultOf<{ tokens: number }>(
      await callHere(
        ...["eval", "--model", at("special"), "--data", ended, "--mesh", "data:1"],
        ...["--runtime", "simulator", "--json", ...options],
      ),
    ).tokens;
  const [plain, special] = [await evaluated(), await evaluated("--special")];
  expect(special).toBeLessThan(plain);
});
