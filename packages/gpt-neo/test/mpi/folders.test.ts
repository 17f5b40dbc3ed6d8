import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasMpi, launchIn } from "../../../mtf/test/mpi/mpirun.ts";
import { call, program, temporaryFolder } from "../support/cli.ts";

const folder = temporaryFolder();
const data = join(folder, "a.txt");
writeFileSync(data, "one fish two fish red fish blue fish ".repeat(500));

const model = ["--config", "tiny", "--data", data, "--tokenizer", "bytes", "--mesh", "model:2"];

const usual = (steps: number, out: string): readonly string[] => [
  ...model,
  ...["--out", out],
  ...["--steps", `${steps}`, "--batch-size", "2", "--save-every", "1", "--deterministic"],
];

const resuming = (out: string): readonly string[] => [
  ...["train", "--out", out, "--resume", "--steps", "6", "--runtime", "workers"],
];

/** What tells the bits of a run's state after a step from others. */
const stateIn = (out: string, step: number): readonly string[] =>
  [0, 1].map((device) => {
    const file = join(out, `checkpoints/step-${step}/device-${device}.safetensors`);
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  });

test.skipIf(!hasMpi)(
  "ranks that share no folder save their own parts, which are gathered and gone on from",
  async () => {
    const hosts = ["host-a", "host-b"].map((name) => join(folder, name));
    for (const host of hosts) mkdirSync(host);
    const [a, b] = hosts.map((host) => join(host, "run")) as [string, string];
    const train = ["train", ...usual(6, "run"), "--set", "exit_every=4", "--runtime", "mpi"];
    const { code, printed } = await launchIn(hosts, [process.execPath, program, ...train]).ended;
    expect({ code, printed }).toMatchObject({ code: 0 });
    // Each removed what is not kept, and has what it saved itself.
    expect(readdirSync(join(a, "checkpoints")).sort()).toEqual(["step-3", "step-4"]);
    expect(readdirSync(b)).toEqual(["checkpoints"]);
    expect(readdirSync(join(b, "checkpoints")).sort()).toEqual(["step-3", "step-4"]);
    const part = "checkpoints/step-4/device-1.safetensors";
    expect([a, b].map((run) => existsSync(join(run, part)))).toEqual([false, true]);

    const goOn = () => call(...resuming(a));
    const early = await goOn();
    expect(early.code).toBe(1);
    expect(early.stderr).toContain("device-1.safetensors cannot be read: there is no such file");
    expect(early.stderr).toContain("gpt-neo gather");

    const gathered = await call("gather", "--from", b, "--to", a, "--json");
    expect({ code: gathered.code, ...JSON.parse(gathered.stdout) }).toEqual({
      code: 0,
      out: a,
      steps: [3, 4],
      files: 2,
    });
    const alone = join(folder, "alone");
    expect((await call("train", ...usual(6, alone))).code).toBe(0);
    expect(await goOn()).toMatchObject({ code: 0 });
    expect(stateIn(a, 6)).toEqual(stateIn(alone, 6));
  },
  300_000,
);
