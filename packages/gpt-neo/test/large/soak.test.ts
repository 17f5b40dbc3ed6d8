import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { serving } from "../support/served.ts";
import { soak, sureRequests } from "../support/soak.ts";

const { held, served } = serving();

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of this process's heap that are in use. */
function used(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

it("after 2,000 requests with random cancels nothing is lost, and memory is flat", async () => {
  const server = await served({ queue: 100 });
  const sure = await sureRequests(server.model, 40);
  // The pool is there from the first request on.
  await soak(server, sure, 40);
  const before = await held();
  const bytes: number[] = [];
  for (let round = 0; round < 4; round++) {
    const { wrong, whole, streamed, canceled } = await soak(server, sure, 500, round);
    expect(wrong).toEqual([]);
    expect(whole + streamed + canceled).toBe(500);
    await expect.poll(held).toEqual(before);
    bytes.push(used());
  }
  console.log(`MiB in use: ${bytes.map((n) => (n / 2 ** 20).toFixed(1)).join(", ")}`);
  // The first rounds load programs for each size of batch.
  expect(bytes[3]! - bytes[1]!).toBeLessThan(4 << 20);
  expect(server.reported).toEqual([]);
});
