import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasMpi, type Launched, launch, mpirun } from "../../../mtf/test/mpi/mpirun.ts";
import { generateText } from "../../src/index.ts";
import { call, program, temporaryFolder } from "../support/cli.ts";
import { ranksOf } from "./ranks-of.ts";
import { trainSome } from "./trainSome.ts";

const folder = temporaryFolder();
const data = join(folder, "a.txt");
const words = "one two red blue fish whale sea ship captain call".split(" ");
const text = Array.from({ length: 5000 }, (_, i) => words[((i * i + 3 * i) % 97) % words.length]);
writeFileSync(data, text.join(" "));

const at = (out: string) => join(folder, out);
const mpiTrain = (ranks: number, ...args: string[]): Launched =>
  launch(ranks, [process.execPath, program, "train", ...args]);
const usual = (out: string, steps = 6): string[] => [
  ...["--config", "tiny", "--data", data, "--tokenizer", "bytes", "--out", at(out)],
  ...["--steps", `${steps}`, "--batch-size", "4", "--save-every", "3", "--eval-every", "4"],
  ...["--eval-batches", "2", "--sample-every", "5", "--deterministic"],
];
const onMpi = ["--runtime", "mpi"];
const resume = (out: string, steps: number): string[] => [
  ...["--out", at(out), "--resume", "--steps", `${steps}`],
];

/** What a run has left, bit by bit; times are in the log alone. */
function leftIn(out: string, step: number): readonly (Buffer | string)[] {
  const parts = ["model.safetensors", `checkpoints/step-${step}/device-0.safetensors`];
  const progress = readFileSync(join(at(out), `checkpoints/step-${step}/checkpoint.json`), "utf8");
  return [...parts.map((part) => readFileSync(join(at(out), part))), progress];
}

function logged(out: string): readonly unknown[] {
  const lines = readFileSync(join(at(out), "log.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const { step, loss, validationLoss } = JSON.parse(line);
    return { step, loss, validationLoss };
  });
}

/** When a run's folder has so many lines of a log. */
async function steps(out: string, least: number): Promise<void> {
  const log = join(at(out), "log.jsonl");
  while (!existsSync(log) || readFileSync(log, "utf8").split("\n").length <= least) await soon(20);
}

const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const times = (whole: string, part: string): number => whole.split(part).length - 1;

describe.skipIf(!hasMpi)("gpt-neo train --runtime mpi", () => {
  test.each([2, 4])(
    "on %i ranks leaves what workers leave, bit by bit, and one tells",
    async (n) => {
      const { code, printed } = await mpiTrain(n, ...usual(`ranks-${n}`), ...onMpi).ended;
      expect(code).toBe(0);
      expect(times(printed, `mesh data:${n} `)).toBe(1);
      expect(times(printed, "step 4: validation loss")).toBe(1);
      expect(times(printed, "step 5: ")).toBe(1);
      expect(times(printed, "finished ")).toBe(1);
      const workers = await call("train", ...usual(`workers-${n}`), "--mesh", `data:${n}`);
      expect(workers.code).toBe(0);
      expect(leftIn(`ranks-${n}`, 6)).toEqual(leftIn(`workers-${n}`, 6));
      expect(logged(`ranks-${n}`)).toEqual(logged(`workers-${n}`));
    },
  );

  test("goes on where workers were, and workers where ranks were, to the same bits", async () => {
    await call("train", ...usual("alone", 9), "--mesh", "data:2");
    const mesh = ["--mesh", "data:2"];
    await call("train", ...usual("mixed", 9), ...mesh, "--set", "exit_every=3");
    const ranks = await mpiTrain(2, ...resume("mixed", 9), "--set", "exit_every=6", ...onMpi).ended;
    expect(ranks).toMatchObject({ code: 0 });
    expect(ranks.printed).toContain("going on from step 3");
    const workers = await call("train", ...resume("mixed", 9), "--runtime", "workers");
    expect(workers.stderr).toContain("going on from step 6");
    const [model, state] = leftIn("mixed", 9);
    expect([model, state]).toEqual(leftIn("alone", 9).slice(0, 2));
    expect(logged("mixed")).toEqual(logged("alone"));
  });

  test("goes on with another number of ranks", async () => {
    await mpiTrain(2, ...usual("numbers", 3), ...onMpi).ended;
    const { code, printed } = await mpiTrain(3, ...resume("numbers", 5)).ended;
    expect(code).toBe(0);
    expect(printed).toContain("mesh data:3 (3 devices");
    expect(logged("numbers").length).toBe(5);
  });

  test("ends all, told once, where every rank fails, and where arguments are wrong", async () => {
    const missing = await mpiTrain(3, ...usual("fails"), "--data", at("none.txt"), ...onMpi).ended;
    expect(missing.code).not.toBe(0);
    expect(times(missing.printed, "there is no such file")).toBe(1);
    expect(missing.printed).toContain("rank 0: gpt-neo: ");
    const wrong = await mpiTrain(3, ...usual("fails"), "--stepz", "3", ...onMpi).ended;
    expect(wrong.code).not.toBe(0);
    expect(times(wrong.printed, "--stepz")).toBe(1);
  });

  test.each(["SIGUSR1 to all", "SIGUSR1 to one", "a stop file"])(
    "%s saves and ends",
    async (how) => {
      const out = how.replaceAll(" ", "-");
      const running = mpiTrain(3, ...usual(out, 100_000), ...onMpi);
      await steps(out, 2);
      if (how === "a stop file") writeFileSync(join(at(out), "stop"), "");
      else if (how === "SIGUSR1 to all") running.child.kill("SIGUSR1");
      else process.kill(ranksOf(running)[1]!, "SIGUSR1");
      const { code, printed } = await running.ended;
      expect(code).toBe(0);
      const last = logged(out).length;
      expect(printed).toContain(`saved after step ${last}`);
      expect(existsSync(join(at(out), `checkpoints/step-${last}/checkpoint.json`))).toBe(true);
      expect(existsSync(join(at(out), "stop"))).toBe(false);
    },
  );

  test("mpirun that is interrupted keeps the last checkpoint", async () => {
    const running = mpiTrain(2, ...usual("interrupted", 100_000), ...onMpi);
    await steps("interrupted", 4);
    running.child.kill("SIGINT");
    expect((await running.ended).code).not.toBe(0);
    const { code, printed } = await mpiTrain(2, ...resume("interrupted", 1)).ended;
    expect({ code, printed }).toMatchObject({ code: 0 });
    expect(printed).toMatch(/is at step \d+ of 1: nothing is left to do/);
  });

  test("from code, the first rank's listener is told, and all have the model", async () => {
    const { code, told, printed } = await mpirun(2, new URL("./trained.rank.ts", import.meta.url));
    expect({ code, printed }).toEqual({ code: 0, printed: "" });
    const { model, loss } = await trainSome("workers");
    let continued = "";
    for await (const piece of generateText(model, "One", { maxNewTokens: 5 })) continued += piece;
    await model.close();
    const same = [`${loss}`, JSON.stringify(continued)].join("\n");
    expect(told).toEqual([`step 1,step 2,step 3\n${same}`, `\n${same}`]);
  });

  test("from code, what one rank throws ends all and names it", async () => {
    const script = new URL("./trained.rank.ts", import.meta.url);
    const { code, printed } = await mpirun(2, script, "throws");
    expect(code).not.toBe(0);
    expect(printed).toMatch(/rank 1: .*rank 1 has had enough/);
  });

  test("evaluates and generates as workers do", async () => {
    await call("train", ...usual("used", 3), "--mesh", "data:1");
    const onRanks = (...args: string[]) => launch(2, [process.execPath, program, ...args]).ended;
    for (const args of [
      ["eval", "--model", at("used"), "--data", data, "--json"],
      [
        "generate",
        "--model",
        at("used"),
        "--prompt",
        "one",
        "--max-new-tokens",
        "6",
        "--json",
        "--seed",
        "3",
      ],
    ]) {
      const { printed } = await onRanks(...args, "--deterministic", ...onMpi);
      const workers = await call(...args, "--deterministic", "--mesh", "data:2");
      const result = (whole: string) => whole.split("\n").filter((line) => line.startsWith("{"));
      expect(result(printed)).toEqual(result(workers.stdout));
      expect(result(printed).length).toBe(1);
    }
  });
});
