import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { indexSum } from "../../src/checkpoint/sharded/index-sum.ts";
import { gatherCheckpoint, openCheckpoint } from "../../src/checkpoint.ts";
import { runPair } from "./pair.ts";

const script = new URL("./savingApart.member.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "mtf-apart-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("processes that share no folder save parts, which are gathered", async () => {
  const home = join(folder, "gathered");
  const pair = await runPair(script, home);
  expect(pair.map(({ output, errors }) => output + errors)).toEqual(["", ""]);
  const [first, second] = [0, 1].map((place) => join(home, `${place}`, "latest"));
  expect(readdirSync(first!).sort()).toEqual(["checkpoint.json", "device-0.1.safetensors"]);
  expect(readdirSync(second!).sort()).toEqual(["checkpoint.json", "device-1.1.safetensors"]);
  const index = (of: string) => readFileSync(join(of, "checkpoint.json"), "utf8");
  expect(index(second!)).toBe(index(first!));

  const early = await openCheckpoint(first!);
  await expect(early.read("split")).rejects.toMatchObject({
    code: "bad-file",
    details: { try: [expect.stringContaining("gatherCheckpoint")] },
  });
  await early.close();

  const part = join(second!, "device-1.1.safetensors");
  const whole = readFileSync(part);
  await expect(gatherCheckpoint(first!, [])).rejects.toMatchObject({ code: "bad-checkpoint" });
  writeFileSync(part, whole.subarray(0, whole.length - 1));
  await expect(gatherCheckpoint(first!, [second!])).rejects.toMatchObject({
    code: "bad-checkpoint",
    details: { evidence: [["device-1.1.safetensors", expect.stringContaining(second!)]] },
  });
  writeFileSync(part, whole);
  const other = { ...JSON.parse(index(second!)), metadata: { step: 3 } };
  const of = JSON.stringify({ ...other, crc32: indexSum(other) });
  writeFileSync(join(second!, "checkpoint.json"), of);
  await expect(gatherCheckpoint(first!, [second!])).rejects.toThrow("it is of another checkpoint");
  expect(existsSync(join(first!, "device-1.1.safetensors"))).toBe(false);
  // Of a save that ended before the second process had its copy.
  rmSync(join(second!, "checkpoint.json"));
  expect(await gatherCheckpoint(first!, [second!])).toEqual(["device-1.1.safetensors"]);
  expect(await gatherCheckpoint(first!, [])).toEqual([]);
  const checkpoint = await openCheckpoint(first!);
  expect(checkpoint.metadata).toEqual({ step: 2 });
  expect([...(await checkpoint.read("split"))]).toEqual([0, 2, 4, 6, 8]);
  expect([...(await checkpoint.read("whole"))]).toEqual([0, 1, 2]);
  await checkpoint.close();
});

test("where one disk fails, nothing of it stays on any, all are told, and all go on", async () => {
  const home = join(folder, "failing");
  const pair = await runPair(script, home, "fails");
  for (const { code, output, errors } of pair) {
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output).toMatch(
      /^\[bad-file\] \/1\/file cannot be written: .*in the process of +device 1/s,
    );
  }
  expect(readdirSync(join(home, "0"))).toEqual(["latest"]);
  for (const place of [0, 1]) {
    const latest = await openCheckpoint(join(home, `${place}`, "latest"));
    expect(latest.metadata).toEqual({ step: 4 });
    await latest.close();
  }
});
