import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { toldBy } from "./mpirun.ts";
import { twoHosts } from "./two-hosts.ts";

const folder = mkdtempSync(join(tmpdir(), "mtf-hosts-"));
const hosts = twoHosts(folder);
if ("why" in hosts) console.warn(`BYTES BETWEEN HOSTS ARE NOT TESTED: ${hosts.why}`);
afterAll(() => {
  if ("close" in hosts) hosts.close();
  rmSync(folder, { recursive: true });
});

// More than goes at once.
const size = 5 << 18;

/** Bytes in packets for each that is sent, at most, and what is told besides. */
const [packed, besides] = [1.06, 100_000];

describe.skipIf("why" in hosts)("between two hosts of two ranks each", () => {
  test.each([
    // Each half goes over once.
    ["all-gather", 1],
    // Each rank folds a quarter, for which it needs two terms from over there; and then as above.
    ["all-reduce", 3],
  ])("an %s sends as much as %i times the tensor", async (name, times) => {
    if ("why" in hosts) throw new Error(hosts.why);
    const script = fileURLToPath(new URL("./crossing.rank.ts", import.meta.url));
    const node = [process.execPath, "--import", "tsx", script, folder, name, `${size}`];
    const { code, printed } = await hosts.launch(node, undefined, 2).ended;
    expect({ code, printed }).toEqual({ code: 0, printed: "" });
    const told = [0, 1, 2, 3].map((rank) => toldBy(folder, rank).split("\n"));
    expect(told.map(([, isRight]) => isRight)).toEqual(["true", "true", "true", "true"]);
    const bytes = Number(told[0]![0]);
    expect(bytes).toBeLessThanOrEqual(packed * times * 4 * size + besides);
    expect(bytes).toBeGreaterThanOrEqual(times * 4 * size);
  });
});
