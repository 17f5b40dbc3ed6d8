import { freemem } from "node:os";
import { expect, test } from "vitest";
import { hasMpi, mpirunFor } from "../mpi/mpirun.ts";

const gigabytes = 14;
const hasRoom = freemem() >= gigabytes * 2 ** 30;
if (hasMpi && !hasRoom) console.warn(`2.5 GB BY MPI IS NOT TESTED: it takes ${gigabytes} GB`);

test.skipIf(!hasMpi || !hasRoom)("a tensor of 2.5 GB goes between ranks in segments", async () => {
  const script = new URL("./gather.rank.ts", import.meta.url);
  const { code, told, printed } = await mpirunFor(500_000, 2, script);
  expect({ code, printed }).toEqual({ code: 0, printed: "" });
  for (const lines of told) {
    const [gathered, sent, expected, received] = lines.split("\n");
    expect(gathered).toBe(expected);
    expect(sent).toBe(expected);
    // The first device has one more than half.
    expect(received).toBe(`${4 * 312_500_000}`);
  }
});
