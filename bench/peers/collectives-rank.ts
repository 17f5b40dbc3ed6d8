import { defineMesh } from "mtf";
import { mpi, mpiRanks } from "mtf/mpi";
import { collective } from "../lib/collective-cases.ts";
import { median } from "../lib/report.ts";

// One of some ranks that measure collectives: `quick|whole own|fast NAMES BYTES…`. The first prints a
// line for each: its name, bytes of the tensor, and seconds.
const [extent, sums, names, ...sizes] = process.argv.slice(2);
const quick = extent === "quick";
const mesh = defineMesh({ data: mpiRanks().size });
const devices = await mpi(mesh, { fastReduce: sums === "fast" });
for (const bytes of sizes.map(Number)) {
  for (const name of names!.split(",")) {
    const each = await collective(name, bytes, { devices, quick });
    const times: number[] = [];
    for (let round = 0; round < 4; round++) {
      const milliseconds = await each.once();
      if (round > 0) times.push(milliseconds);
    }
    await each.close();
    const result = { collective: name, bytes, seconds: median(times) / 1000 };
    if (devices.rank === 0) console.log(JSON.stringify(result));
  }
}
await devices.close();
