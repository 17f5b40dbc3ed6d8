import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { callHere, callWith, temporaryFolder } from "../support/cli.ts";
import { someText } from "../support/runs.ts";

// `generate --draft`: a smaller model guesses, and the text is the same.

const folder = temporaryFolder();
const [model, draft, words] = ["model", "draft", "words"].map((name) => join(folder, name));
const simulator = ["--runtime", "simulator"];
const one = ["--mesh", "data:1", ...simulator];
const generate = ["generate", "--model", model!, ...one];

beforeAll(async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(4000));
  const at = ["--config", "tiny", "--data", text, ...one, "--json"];
  await callHere("train", ...at, "--out", model!, "--steps", "20");
  await callHere("train", ...at, "--out", draft!, "--steps", "10", "--seed", "3");
  await callHere("tokenizer", "train", "--data", text, "--vocab-size", "257", "--out", words!);
});

const guessed = ["--draft", draft!];

it.each([
  ["data:1", "--greedy --max-new-tokens 30"],
  ["data:1", "--seed 5 --temperature 0.8 --max-new-tokens 20", "--draft-tokens", "6"],
  ["data:1", "--greedy --stop a e --json"],
  ["data:1", "--seed 2 --num-return-sequences 3 --max-new-tokens 9 --json"],
  ["data:1,model:2", "--greedy --logprobs 2 --max-new-tokens 5"],
])("on %s writes what is written without it: %s", async (mesh, asked, ...more) => {
  const given = ["generate", "--model", model!, "--mesh", mesh, ...simulator];
  given.push("--prompt", "the whale", ...asked.split(" "));
  const plain = await callHere(...given);
  const drafted = await callHere(...given, ...guessed, ...more);
  expect(drafted.code, drafted.stderr).toBe(0);
  expect(drafted.stdout).toBe(plain.stdout);
  expect(plain.stdout.length).toBeGreaterThan(10);
});

it("goes on with it in turns, and for a line each", async () => {
  const asked = ["--greedy", "--max-new-tokens", "12"];
  for (const more of [["--interactive"], ["--prompt-lines", "-"]]) {
    const input = "the whale\nand a ship\n";
    const [plain, drafted] = [
      await callWith(input, ...generate, ...asked, ...more),
      await callWith(input, ...generate, ...asked, ...more, ...guessed),
    ];
    expect(drafted.code, drafted.stderr).toBe(0);
    expect(drafted.stdout).toBe(plain.stdout);
  }
});

it("refuses one whose ids mean something else", async () => {
  const asked = ["--prompt", "a", "--greedy"];
  const other = join(folder, "other");
  const text = join(folder, "text.txt");
  const at = ["--config", "tiny", "--data", text, ...one, "--steps", "1", "--tokenizer", words!];
  const trained = await callHere("train", ...at, "--out", other, "--json");
  expect(trained.code, trained.stderr).toBe(0);
  const { code, stderr } = await callHere(...generate, ...asked, "--draft", other);
  expect(code).toBe(1);
  expect(stderr).toContain("the draft cannot guess for the model: it has another tokenizer");
});

it.each([
  [["--draft", draft!, "--beams", "2"], "--draft guesses one text, and does not follow --beams"],
  [["--draft", join(folder, "nowhere")], "nowhere"],
  [["--draft-tokens", "2"], "--draft-tokens is for --draft"],
])("%j is refused", async (more, told) => {
  const { code, stderr } = await callHere(...generate, "--prompt", "a", ...more);
  expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
});
