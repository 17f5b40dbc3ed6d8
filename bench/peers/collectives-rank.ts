import { defineMesh } from "mtf";
import { mpi, mpiRanks } from "mtf/mpi";
import { type Case, collective } from "../lib/collective-cases.ts";

// One of some ranks that measure collectives: `own|fast TIMES NAMES BYTES…`. The first prints a line for
// each: its name, bytes of the tensor, and the seconds of the fastest of so many times.
const [sums, times, names, ...sizes] = process.argv.slice(2);
const mesh = defineMesh({ data: mpiRanks().size });
const devices = await mpi(mesh, { fastReduce: sums === "fast" });

/** The fastest of some times, in milliseconds. */
async function fastest(each: Case, times: number): Promise<number> {
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) milliseconds = Math.min(milliseconds, await each.once());
  return milliseconds;
}

/** A program that takes ten milliseconds or more: much longer than to begin it, and to read what it made. */
function made(name: string, bytes: number): Promise<Case> {
  const count = Math.max(2, Math.min(1024, Math.round((128 << 20) / bytes)));
  return collective(name, bytes, { devices, count });
}

// What is measured first would be measured while it is compiled, which a program in C is beforehand.
for (const name of names!.split(",")) {
  const each = await made(name, 4096);
  await fastest(each, 3 * Number(times));
  await each.close();
}
for (const bytes of sizes.map(Number)) {
  for (const name of names!.split(",")) {
    const each = await made(name, bytes);
    const seconds = (await fastest(each, Number(times))) / 1000;
    await each.close();
    if (devices.rank === 0) console.log(JSON.stringify({ collective: name, bytes, seconds }));
  }
}
await devices.close();
