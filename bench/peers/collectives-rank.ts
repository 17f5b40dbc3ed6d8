import { defineMesh } from "mtf";
import { mpi, mpiRanks } from "mtf/mpi";
import { collective } from "../lib/collective-cases.ts";

// One of some ranks that measure collectives: `own|fast TIMES NAMES BYTES…`. The first prints a line for
// each: its name, bytes of the tensor, and the seconds of the fastest of so many times.
const [sums, times, names, ...sizes] = process.argv.slice(2);
const mesh = defineMesh({ data: mpiRanks().size });
const devices = await mpi(mesh, { fastReduce: sums === "fast" });
for (const bytes of sizes.map(Number)) {
  for (const name of names!.split(",")) {
    const count = Math.max(2, Math.min(64, Math.round((16 << 20) / bytes)));
    const each = await collective(name, bytes, { devices, count });
    let milliseconds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < Number(times); i++)
      milliseconds = Math.min(milliseconds, await each.once());
    await each.close();
    const result = { collective: name, bytes, seconds: milliseconds / 1000 };
    if (devices.rank === 0) console.log(JSON.stringify(result));
  }
}
await devices.close();
