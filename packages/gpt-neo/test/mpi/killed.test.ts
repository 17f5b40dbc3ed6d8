import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasMpi, type Launched, launch } from "../../../mtf/test/mpi/mpirun.ts";
import { call, program, temporaryFolder } from "../support/cli.ts";
import { ranksOf } from "./ranks-of.ts";

// A rank is killed while it starts, between steps, and while checkpoints are written, which is after
// every step and by all of them.

const folder = temporaryFolder();
const data = join(folder, "a.txt");
writeFileSync(data, "one fish two fish red fish blue fish ".repeat(500));
const out = join(folder, "run");
const log = join(out, "log.jsonl");

const usual = [
  ...["--config", "tiny", "--data", data, "--tokenizer", "bytes"],
  ...["--out", out, "--mesh", "model:3"],
  ...["--steps", "100000", "--batch-size", "2", "--save-every", "1", "--runtime", "mpi"],
];
const again = ["--out", out, "--resume", "--steps", "100000"];

const train = (args: readonly string[]): Launched =>
  launch(3, [process.execPath, program, "train", ...args]);

const steps = (): number =>
  existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;

const soon = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Where each kill comes: so long after the ranks are there, or after a step of theirs. */
const moments: readonly { readonly after: "start" | "step"; readonly milliseconds: number }[] = [
  { after: "start", milliseconds: 0 },
  { after: "start", milliseconds: 700 },
  ...[0, 2, 5, 9, 14, 20, 35, 60].map((milliseconds) => ({ after: "step", milliseconds }) as const),
];

test.skipIf(!hasMpi)(
  "a rank that is killed ends all and is named, whenever that is, and the next run goes on",
  async () => {
    for (const [i, { after, milliseconds }] of moments.entries()) {
      const running = train(existsSync(join(out, "run.json")) ? again : usual);
      let ended = false;
      void running.ended.then(() => {
        ended = true;
      });
      const before = steps();
      while (!ended && ranksOf(running).length < 3) await soon(10);
      while (!ended && after === "step" && steps() <= before) await soon(1);
      await soon(milliseconds);
      expect(ended ? (await running.ended).printed : "").toBe("");
      process.kill(ranksOf(running)[i % 3]!, "SIGKILL");
      const { code, printed } = await running.ended;
      // Without one, it was the test that had to end it.
      expect(code).toBeGreaterThan(0);
      expect(printed).toMatch(/rank \d.*signal 9/s);
      expect(printed).not.toContain("gpt-neo: ");
    }
    const mesh = ["--runtime", "workers", "--mesh", "data:1"];
    const last = await call(
      "train",
      "--out",
      out,
      "--resume",
      "--steps",
      `${steps() + 1}`,
      ...mesh,
    );
    expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining("going on from step") });
  },
  600_000,
);
