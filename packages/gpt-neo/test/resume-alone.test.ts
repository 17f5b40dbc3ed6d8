import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultMachine } from "mtf";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../src/config/index.ts";
import { presets } from "../src/config/presets.ts";
import { flopsOfToken } from "../src/train/flops.ts";
import { train } from "../src/train/train.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, someText } from "./support/runs.ts";

// A run knows what it was begun with.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("text.txt"), someText(3000));
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const command = ["train", "--config", "tiny", "--data", at("text.txt"), "--context", "16", ...one];
const losses = (out: string) =>
  logOf(at(out)).map(({ loss, learningRate }) => [loss, learningRate]);
const settingsOf = (out: string, step: number) =>
  JSON.parse(readFileSync(join(at(out), "checkpoints", `step-${step}`, "checkpoint.json"), "utf8"))
    .metadata.settings;

describe("train --out RUN --resume", () => {
  it("needs nothing else, and takes what else is said over that", async () => {
    const set = ["--set", "warmup_steps=2", "weight_decay=0", "resid_dropout=0.1", "decay_steps=8"];
    resultOf(await callHere(...command, ...set, "--out", at("whole"), "--steps", "8", "--json"));
    resultOf(await callHere(...command, ...set, "--out", at("parts"), "--steps", "4", "--json"));
    const past = await callHere("train", "--out", at("parts"), "--resume", "--json");
    expect(resultOf(past)).toMatchObject({ step: 4, finished: true });
    expect(past.stderr).toContain(`${at("parts")} is at step 4 of 4: nothing is left to do\n`);
    const [, again] = /^to go on: gpt-neo (.*)$/m.exec(past.stderr)!;
    expect(again).toBe(`train --out ${at("parts")} --resume --steps 8`);
    const rest = await callHere(...again!.split(" "), "--json");
    expect(resultOf(rest)).toMatchObject({ step: 8, finished: true });
    expect(rest.stderr).toContain("changed since: steps: 4 -> 8\n");
    expect(rest.stderr.match(/changed since/g)).toHaveLength(1);
    expect(settingsOf("parts", 8)).toEqual(settingsOf("whole", 8));
    expect(losses("parts")).toEqual(losses("whole"));
    // And it is what the next one goes on with.
    const third = await callHere("train", "--out", at("parts"), "--resume", "--json");
    expect(third.stderr).toContain("is at step 8 of 8");
  });

  it("is what it goes on with from its first step on, before a checkpoint comes of it", async () => {
    resultOf(await callHere(...command, "--out", at("steps"), "--steps", "2", "--json"));
    const mark = () => JSON.parse(readFileSync(join(at("steps"), "run.json"), "utf8"));
    // It ends without a checkpoint, as what is told of its first step throws.
    const onStep = () => {
      throw new Error("cut off");
    };
    const options = { out: at("steps"), resume: true, steps: 6, lr: 0.002 } as const;
    await expect(train(options, { onStep })).rejects.toThrow("cut off");
    expect(mark()).toMatchObject({
      saved: 2,
      begunWith: { config: { training: { steps: 6, learning_rate: 0.002 } } },
    });
    const rest = await callHere("train", "--out", at("steps"), "--resume", "--json");
    expect(resultOf(rest)).toMatchObject({ step: 6, finished: true });
  });

  it("refuses a checkpoint of another step than its folder says", async () => {
    resultOf(await callHere(...command, "--out", at("own"), "--steps", "2", "--json"));
    const checkpoints = join(at("own"), "checkpoints");
    cpSync(join(checkpoints, "step-2"), join(checkpoints, "step-13"), { recursive: true });
    const on = await callHere("train", "--out", at("own"), "--resume", "--steps", "4");
    expect([on.code, on.stderr]).toEqual([
      1,
      expect.stringContaining("step-13 is the checkpoint of step 2."),
    ]);
    expect(readdirSync(checkpoints).sort()).toEqual(["step-13", "step-2"]);
  });

  it("plans for the machine that it was begun for", async () => {
    const file = at("machine.json");
    const machine = { ...defaultMachine, link: { bandwidth: 1e8, latency: 1e-4 } };
    writeFileSync(file, JSON.stringify(machine));
    const of = (out: string) => JSON.parse(readFileSync(join(at(out), "run.json"), "utf8"));
    const begin = [...command, "--steps", "1", "--json"];
    resultOf(await callHere(...begin, "--out", at("planned"), "--machine", file));
    expect(of("planned").begunWith.options.machine).toEqual(machine);
    resultOf(await callHere(...begin, "--out", at("usual")));
    expect(of("usual").begunWith.options.machine).toEqual(defaultMachine);
    // It is not asked for again.
    writeFileSync(file, '{"flops": 0}');
    const rest = ["train", "--out", at("planned"), "--resume", "--steps", "2", "--json"];
    expect(resultOf(await callHere(...rest))).toMatchObject({ step: 2 });
    const refused = await callHere(...rest, "--machine", file);
    expect(refused.stderr).toContain(`${file} holds no machine`);
    expect(refused.stderr).toContain("'figures.flops' must be a number above 0, and is 0");
  });

  it("keeps its data beside another config or model, unless data are named", async () => {
    const begin = ["train", "--config", "tiny", "--context", "16", ...one, "--json"];
    const out = ["--out", at("kept")];
    const named = ["--data", at("text.txt"), "--validation-data", at("text.txt")];
    resultOf(await callHere(...begin, ...named, ...out, "--steps", "1"));
    const before = settingsOf("kept", 1);
    const config = at("tiny.json");
    writeFileSync(config, JSON.stringify({ ...presets.tiny, training: { context: 16, steps: 2 } }));
    const rest = ["train", ...out, "--resume", ...one, "--json"];
    resultOf(await callHere(...rest, "--config", config));
    expect(settingsOf("kept", 2).data).toEqual(before.data);
    expect(settingsOf("kept", 2).validation_data).toEqual(before.validation_data);
    // And so does the next one.
    resultOf(await callHere(...rest, "--steps", "3"));
    writeFileSync(at("other.txt"), someText(2000));
    resultOf(
      await callHere(...rest, "--config", config, "--data", at("other.txt"), "--steps", "5"),
    );
    expect(settingsOf("kept", 5).data).toEqual([at("other.txt")]);
    expect(settingsOf("kept", 5).validation_data).toEqual(before.validation_data);
  });

  it("keeps the data that its config named beside a config that names none", async () => {
    const [first, second] = [at("first.json"), at("second.json")];
    const training = { context: 16, steps: 1, tokenizer: "bytes" };
    const written = (data: object) =>
      JSON.stringify({ ...presets.tiny, training: { ...training, ...data } });
    writeFileSync(first, written({ data: [at("text.txt")] }));
    writeFileSync(second, written({}));
    const out = ["train", "--out", at("in config"), ...one, "--json"];
    resultOf(await callHere(...out, "--config", first));
    resultOf(await callHere(...out, "--config", second, "--resume", "--steps", "2"));
    expect(settingsOf("in config", 2).data).toEqual(settingsOf("in config", 1).data);
  });

  it("works from another folder: paths are those of where it was begun", async () => {
    const [here, there] = [at("here"), at("there")];
    for (const path of [here, there]) mkdirSync(path);
    writeFileSync(join(here, "book.txt"), someText(3000));
    const before = process.cwd();
    try {
      process.chdir(here);
      const begin = ["train", "--config", "tiny", "--data", "book.txt", "--context", "16", ...one];
      resultOf(await callHere(...begin, "--out", "run", "--steps", "1", "--json"));
      process.chdir(there);
      const out = join(here, "run");
      const rest = ["train", "--out", out, "--resume", "--steps", "2", "--json"];
      expect(resultOf(await callHere(...rest))).toMatchObject({ step: 2 });
    } finally {
      process.chdir(before);
    }
  });

  it("says what it lacks where there is no run, or one of an older version", async () => {
    const none = await callHere("train", "--out", at("none"), "--resume");
    expect([none.code, none.stderr.replaceAll(folder, "FOLDER")]).toMatchInlineSnapshot(`
      [
        1,
        "gpt-neo: [bad-argument] FOLDER/none holds no run to go on with.
        try  --config PRESET|FILE --data FILE…, to begin one
      ",
      ]
    `);
    resultOf(await callHere(...command, "--out", at("older"), "--steps", "1", "--json"));
    writeFileSync(join(at("older"), "run.json"), '{"format":"gpt-neo run","version":1}\n');
    const older = await callHere("train", "--out", at("older"), "--resume");
    expect([older.code, older.stderr.replaceAll(folder, "FOLDER")]).toMatchInlineSnapshot(`
      [
        1,
        "gpt-neo: [bad-argument] FOLDER/older does not say what it was begun with.
        try  --config PRESET|FILE or --model DIR, and all else that it was begun with, beside --resume
      ",
      ]
    `);
    const whole = await callHere(...command, "--out", at("older"), "--resume", "--steps", "2");
    expect(whole.code).toBe(0);
    writeFileSync(join(at("older"), "run.json"), '{"format":"gpt-neo run","version":4}\n');
    const later = await callHere(...command, "--out", at("older"), "--resume");
    expect(later.stderr).toContain("is a run's folder of version 4.");
  });
});

describe("--set", () => {
  it("says what is wrong with a key or a value", async () => {
    const error = async (...set: readonly string[]) => {
      const { code, stderr } = await callHere(...command, "--out", at("set"), ...set);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await error("--set", "warmup_step=5")).toContain("try   --set warmup_steps=5");
    expect(await error("--set", "lr=0.1")).toContain("try   --set learning_rate=0.1");
    expect(await error("--set", "epochs=3")).toContain("try   --set with steps, whose value");
    expect(await error("--learning-rate", "0.1")).toContain("Did you mean --lr?");
    expect(await error("--set", "hidden_size=5")).toContain("training has no such key");
    expect(await error("--set", "steps=5", "--steps", "6")).toContain("steps is given twice.");
    expect(await error("--set", "decay_to=high")).toContain("--set decay_to  is");
    expect(await error("--set", "warmup_steps")).toContain("not KEY=VALUE.");
  });
});

it("--sample-every shows text that the model makes by then, and changes nothing else", async () => {
  const steps = ["--steps", "4", "--json"];
  const plain = await callHere(...command, ...steps, "--out", at("plain"));
  const run = await callHere(...command, ...steps, "--out", at("sampled"), "--sample-every", "2");
  const samples = [...run.stderr.matchAll(/^step (\d+): (".*")$/gm)];
  expect(samples.map(([, step]) => step)).toEqual(["2", "4"]);
  for (const [, , text] of samples) expect(JSON.parse(text!).length).toBeGreaterThan(10);
  expect(plain.stderr).not.toMatch(/^step \d+: "/m);
  expect(losses("sampled")).toEqual(losses("plain"));
  const { tiny } = presets;
  const training = { ...tiny!.training, tokenizer: null };
  writeFileSync(at("none.json"), JSON.stringify({ ...tiny, training }));
  const ids = ["--config", at("none.json"), "--data", at("ids.jsonl"), ...one];
  writeFileSync(at("ids.jsonl"), JSON.stringify({ input_ids: Array(200).fill(7) }));
  const none = await callHere("train", ...ids, "--out", at("ids"), "--sample-every", "1");
  expect(none.stderr).toContain("--sample-every needs a tokenizer");
});

it("--config beside --model says only what is otherwise", async () => {
  resultOf(await callHere(...command, "--out", at("model"), "--steps", "1", "--json"));
  const config = at("otherwise.json");
  writeFileSync(config, '{"resid_dropout": 0.25, "training": {"learning_rate": 0.5}}');
  const model = ["train", "--model", at("model"), "--data", at("text.txt"), ...one];
  const out = at("otherwise");
  resultOf(await callHere(...model, "--config", config, "--out", out, "--steps", "1", "--json"));
  const changed = { resid_dropout: 0.25, hidden_size: 32, learning_rate: 0.5, context: 16 };
  expect(settingsOf("otherwise", 1)).toMatchObject(changed);
  writeFileSync(config, '{"hidden_sizes": 64}');
  const wrong = await callHere(...model, "--config", config, "--out", at("wrong"));
  expect(wrong.stderr).toContain("did you mean hidden_size?");
  expect(wrong.stderr).toContain("otherwise.json over");
});

it("--peak shows the share of it that steps reach", async () => {
  const run = await callHere(...command, "--steps", "2", "--out", at("peak"), "--peak", "0.001");
  const [, rate, share] = /(\S+) tokens\/s \((\S+) % of peak\)/.exec(run.stderr)!;
  const flops = flopsOfToken(parseConfig({ ...presets.tiny, training: { context: 16 } }));
  const expected = (100 * Number(rate!.replaceAll(",", "")) * flops) / 1e6;
  expect(Number(share) / expected).toBeCloseTo(1, 1);
});

it("without --peak it is measured, if the run is a long one, and what it is of is told", async () => {
  const notes: string[] = [];
  const shares: unknown[] = [];
  const stop = new AbortController();
  const { finished } = await train(
    {
      config: "tiny",
      data: at("text.txt"),
      out: at("long"),
      steps: 1e6,
      mesh: "data:1",
      runtime: "simulator",
    },
    {
      onNote: (line) => notes.push(line),
      onStep: ({ peakShare }) => {
        shares.push(peakShare);
        stop.abort();
      },
      signal: stop.signal,
    },
  );
  expect(finished).toBe(false);
  const said = /^peak: (\S+) GFLOP\/s, measured with products of \d+ x \d+ matrices on wasm/;
  expect(notes.filter((line) => said.test(line))).toHaveLength(1);
  expect(shares).toEqual([expect.any(Number)]);
  expect(shares[0]).toBeGreaterThan(0);
  const short = await callHere(...command, "--steps", "2", "--out", at("short"));
  expect(short.stderr).not.toContain("peak");
});
