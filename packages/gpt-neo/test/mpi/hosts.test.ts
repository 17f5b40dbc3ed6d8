import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { twoHosts } from "../../../mtf/test/mpi/two-hosts.ts";
import { call, program, temporaryFolder } from "../support/cli.ts";

const folder = temporaryFolder();
const data = join(folder, "a.txt");
writeFileSync(data, "one fish two fish red fish blue fish ".repeat(500));
const hosts = twoHosts(folder);
if ("why" in hosts) console.warn(`TWO HOSTS ARE NOT TESTED: ${hosts.why}`);
afterAll(() => ("close" in hosts ? hosts.close() : undefined));

const part = "checkpoints/step-2/device-1.safetensors";

describe.skipIf("why" in hosts)("two hosts that reach each other by TCP", () => {
  const train = (out: string, mounted?: { readonly from: string; readonly over: string }) => {
    if ("why" in hosts) throw new Error(hosts.why);
    const args = ["--config", "tiny", "--data", data, "--tokenizer", "bytes", "--out", out];
    const steps = ["--steps", "2", "--batch-size", "2", "--mesh", "model:2", "--runtime", "mpi"];
    return hosts.launch([process.execPath, program, "train", ...args, ...steps], mounted).ended;
  };
  const goesOn = async (out: string) => {
    const more = ["--steps", "3", "--runtime", "workers", "--mesh", "data:1"];
    const { code, stderr } = await call("train", "--out", out, "--resume", ...more);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain("going on from step 2");
  };

  test("save into a folder that they share", async () => {
    const out = join(folder, "shared");
    const { code, printed } = await train(out);
    expect({ code, printed }).toMatchObject({ code: 0 });
    expect(existsSync(join(out, part))).toBe(true);
    await goesOn(out);
  });

  test("save into folders of their own, which are gathered", async () => {
    const [runs, other] = [join(folder, "runs"), join(folder, "other")];
    for (const made of [runs, other]) mkdirSync(made);
    const out = join(runs, "apart");
    const { code, printed } = await train(out, { from: other, over: runs });
    expect({ code, printed }).toMatchObject({ code: 0 });
    expect(existsSync(join(out, part))).toBe(false);
    expect(existsSync(join(other, "apart", part))).toBe(true);
    const gathered = await call("gather", "--from", join(other, "apart"), "--to", out);
    expect(gathered).toMatchObject({ code: 0 });
    await goesOn(out);
  });
});
