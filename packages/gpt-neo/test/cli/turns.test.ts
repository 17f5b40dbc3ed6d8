import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { callHere, callWith, program, temporaryFolder } from "../support/cli.ts";
import { someText } from "../support/runs.ts";

// `generate` beyond one text: lines, turns, and texts as long as the model sees.

const folder = temporaryFolder();
const reader = join(folder, "reader");
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const greedy = ["generate", "--model", reader, "--greedy", ...one];

beforeAll(async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(4000));
  const data = ["--config", "tiny", "--data", text, "--out", reader, "--steps", "20"];
  await callHere("train", ...data, ...one, "--json");
});

it("one text is written as it comes: the same text", async () => {
  const asked = ["--prompt", "the whale", "--max-new-tokens", "20"];
  const { stdout } = await callHere(...greedy, ...asked);
  const { stdout: json } = await callHere(...greedy, ...asked, "--json");
  expect(stdout).toBe(`${JSON.parse(json).text}\n`);
});

it("a text ends where the model sees no more, or slides", async () => {
  const asked = ["--prompt", "the whale", "--max-new-tokens", "70"];
  for (const json of [["--json"], []]) {
    const ended = await callHere(...greedy, ...asked, ...json);
    expect(ended.stderr).toContain("as long as the model sees, 64 ids: --slide goes on");
    const slid = await callHere(...greedy, ...asked, ...json, "--slide");
    expect(slid.stderr).not.toContain("--slide");
    if (json.length === 0) {
      expect(slid.stdout.startsWith(ended.stdout.trimEnd())).toBe(true);
      expect(slid.stdout.length).toBeGreaterThan(ended.stdout.length);
      continue;
    }
    const [short, long] = [ended, slid].map(({ stdout }) => JSON.parse(stdout));
    expect([short.ids.length, long.ids.length]).toEqual([64, 79]);
    expect(long.ids.slice(0, 64)).toEqual(short.ids);
    expect(short.ending).toBe("length");
  }
  const long = ["--prompt", "whale ".repeat(12)];
  expect((await callHere(...greedy, ...long)).stderr).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the text is as long as the model sees, or longer.
      text   72 ids
      model  sees 64 at once
      try    --slide, which leaves out the beginning
      try    a shorter prompt
    "
  `);
  const slid = await callHere(...greedy, ...long, "--slide", "--max-new-tokens", "3", "--json");
  expect(JSON.parse(slid.stdout).ids).toHaveLength(75);
});

it("of a file of prompts, each line is continued as if it were alone", async () => {
  const prompts = ["the whale", "a ship on the sea", "", "swam"];
  const file = join(folder, "prompts.txt");
  writeFileSync(file, `${prompts.join("\r\n")}\r\n`);
  const few = ["--max-new-tokens", "9"];
  const lines = ["--prompt-lines", file, "--batch-size", "3", ...few];
  const { stdout } = await callHere(...greedy, ...lines, "--json");
  const made = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(made.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  for (const [i, prompt] of prompts.entries()) {
    const alone = await callHere(...greedy, "--prompt", prompt, ...few, "--json");
    expect(made[i]).toEqual({ line: i + 1, ...JSON.parse(alone.stdout) });
  }
  const printed = await callWith(prompts.join("\n"), ...greedy, ...few, "--prompt-lines", "-");
  expect(printed.stdout).toBe(made.map(({ line, text }) => `== ${line} of 4\n${text}\n`).join(""));
});

it("in turns, a text goes on from what was said and made", async () => {
  const few = ["--max-new-tokens", "6"];
  const said = await callWith(
    "the whale\nand a ship\n\n/clear\nthe whale\n",
    ...greedy,
    ...few,
    "--interactive",
  );
  const alone = async (prompt: string) => {
    const { stdout } = await callHere(...greedy, ...few, "--prompt", prompt, "--json");
    return (JSON.parse(stdout).text as string).slice(prompt.length);
  };
  const first = await alone("the whale");
  const second = await alone(`the whale${first}\nand a ship`);
  const third = await alone(`the whale${first}\nand a ship${second}`);
  expect(said.stdout).toBe([first, second, third, first, ""].join("\n"));
  expect(said.code).toBe(0);
});

it("an empty line begins a text where nothing has been said", async () => {
  const few = ["--max-new-tokens", "6"];
  const { stdout: json } = await callHere(...greedy, ...few, "--prompt", "", "--json");
  const { text } = JSON.parse(json);
  const said = await callWith("\n/clear\n\n", ...greedy, ...few, "--interactive");
  expect(said.stdout).toBe(`${text}\n${text}\n`);
  expect(said.stderr).not.toContain("nothing to continue");
});

it("a text that gets too long for the model says so, and the turns go on", async () => {
  const lines = `${"whale ".repeat(12)}\n/clear\nthe whale\n`;
  const { stdout, stderr, code } = await callWith(
    lines,
    ...[...greedy, "--max-new-tokens", "3", "--interactive"],
  );
  expect(stderr).toContain("as long as the model sees, or longer");
  expect(stdout.split("\n").map((line) => line.length)).toEqual([0, 3, 0]);
  expect(code).toBe(0);
});

it("an interrupt ends a turn, and not the turns", async () => {
  const settings = ["--max-new-tokens", "100000", "--slide", "--eos-token-id", "256"];
  const child = spawn(process.execPath, [program, ...greedy, ...settings, "--interactive"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  const seen = (enough: (text: string) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => enough(stdout) && resolve();
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdin.write("the whale\n");
  await seen((text) => text.length > 5);
  child.kill("SIGINT");
  await seen((text) => text.endsWith("\n"));
  const first = stdout.length;
  child.stdin.write("a ship\n");
  await seen((text) => text.length > first + 5);
  child.kill("SIGINT");
  await seen((text) => text.endsWith("\n") && text.length > first + 5);
  child.stdin.end();
  expect(await closed).toBe(0);
});

it("an interrupt ends a text that is written as it comes", async () => {
  const settings = ["--max-new-tokens", "100000", "--slide", "--prompt", "the whale"];
  const child = spawn(process.execPath, [program, ...greedy, ...settings], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    if (stdout.length < 20 && (stdout + text).length >= 20) child.kill("SIGINT");
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  expect(code).toBe(130);
  expect(stdout).toMatch(/^the whale[\s\S]*\n$/);
});

it.each([
  ["as one object", ["--prompt", "the whale", "--json"]],
  ["of several lines", ["--prompt-lines", "LINES", "--json", "--batch-size", "2"]],
  ["with a draft", ["--prompt", "the whale", "--json", "--draft", reader]],
])("an interrupt ends texts, %s, as they are", async (_, asked) => {
  const lines = join(folder, "lines.txt");
  writeFileSync(lines, "the whale\na ship\nand more\n");
  const settings = ["--max-new-tokens", "100000", "--slide", "--eos-token-id", "256", "--greedy"];
  const given = asked.map((word) => (word === "LINES" ? lines : word));
  const model = ["generate", "--model", reader, ...one];
  const child = spawn(process.execPath, [program, ...model, ...settings, ...given]);
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    if (!child.killed && /\d of at most/.test(stderr)) child.kill("SIGINT");
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  expect([code, stderr]).toEqual([130, stderr]);
  const made = stdout
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
  expect(made.length).toBe(asked[0] === "--prompt-lines" ? 2 : 1);
  for (const { ids, text, ending } of made) {
    expect(ending).toBe("interrupt");
    const prompt = text.startsWith("a ship") ? "a ship" : "the whale";
    expect(text.startsWith(prompt)).toBe(true);
    expect(ids.length).toBeGreaterThan(prompt.length);
  }
});

it.each([
  ["--interactive --json"],
  ["--interactive --prompt -"],
  ["--interactive --beams 2 --num-return-sequences 2"],
  ["--prompt a --batch-size 2"],
  ["--prompt a --prompt-lines b"],
])("generate %s is refused", async (asked) => {
  const { code, stderr } = await callHere("generate", "--model", reader, ...asked.split(" "));
  expect(code).toBe(1);
  expect(stderr).toMatch(/exclude each other|reads your lines|with one text|is for --prompt-lines/);
});
