import { defineMesh } from "mtf";
import { workers } from "mtf/workers";
import { type Case, collective, kinds, repeats } from "./lib/collective-cases.ts";
import { besideC } from "./lib/collectives-beside-c.ts";
import { copies } from "./lib/copying.ts";
import { countOf, one, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, size, table } from "./lib/report.ts";

const help = `
How fast do two workers exchange numbers, and how fast do they copy them?

  npm run bench -- collectives [--runtime mpi [--fast-reduce]] [--rounds N] [--json]

A tensor of 4 KB to 64 MB in all goes through each collective, many times in one program. GB/s are
the bytes that both workers together receive from each other (what a program's ledger counts) over
time; a reduction also reads and adds as much. Copies are of two threads that each copy as many bytes as
the tensor has, at once, in the same run, without waiting for each other; the last table has what
collectives reach of it.

With --runtime mpi, two processes of mpirun's do so, from 64 KB on, beside a program in C that sends
and adds the same in the same order, compiled by mpicc; with --fast-reduce, all-reduce beside
MPI_Allreduce. The fastest of many times counts: what else runs on a machine only makes it slower.
MTF_MPIRUN and MPICC name other programs than mpirun and mpicc.

  --runtime NAME  workers or mpi (workers)
  --fast-reduce   on mpi: sums are MPI's own
  --rounds N      how often everything takes turns (5)`;

const { json, quick, values, flags } = readOptions(help, ["rounds", "runtime"], ["fast-reduce"]);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 5);
const sizes = quick ? [4 << 10, 64 << 10] : [4, 16, 64, 256, 1024, 4096, 16384, 65536].map(kilo);
const mesh = defineMesh({ data: 2 });

const runtime = one(values.runtime ?? "workers", "runtime", ["workers", "mpi"]);
if (runtime === "mpi") {
  await besideC({ rounds, quick, json, fastReduce: flags.has("fast-reduce") });
  process.exit(0);
}
const devices = await workers(mesh);
try {
  const results = [];
  for (const bytes of sizes) {
    const cases: Case[] = [copies(bytes, mesh.size, repeats(bytes, quick))];
    for (const name of Object.keys(kinds)) {
      cases.push(await collective(name, bytes, { devices, count: repeats(bytes, quick) }));
    }
    for (const each of cases) await each.once();
    const times = cases.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, each] of cases.entries()) times[i]!.push(await each.once());
    }
    for (const each of cases) await each.close();
    const figures = cases.map(({ collective: name, received }, i) => {
      const milliseconds = median(times[i]!);
      return {
        collective: name,
        bytes,
        received,
        microseconds: 1000 * milliseconds,
        gigabytesPerSecond: received / milliseconds / 1e6,
      };
    });
    const copied = figures[0]!.gigabytesPerSecond;
    for (const f of figures) results.push({ ...f, ofCopies: f.gigabytesPerSecond / copied });
    note(`${size(bytes)} done`);
  }
  if (json) printLines(results);
  else print(results);
} finally {
  await devices.close();
}

function print(
  results: readonly {
    collective: string;
    bytes: number;
    gigabytesPerSecond: number;
    microseconds: number;
    ofCopies: number;
  }[],
): void {
  const all = ["copies", ...Object.keys(kinds)];
  const rows = (of: (r: (typeof results)[number]) => number, names = all) =>
    sizes.map((bytes) => [
      size(bytes),
      ...names.map((name) => {
        const found = results.find((r) => r.collective === name && r.bytes === bytes);
        return figure(of(found!));
      }),
    ]);
  const [, ...exchanged] = all;
  const tables = [
    table(
      ["GB/s", ...all],
      rows((r) => r.gigabytesPerSecond),
    ),
    table(
      ["µs", ...all],
      rows((r) => r.microseconds),
    ),
    table(
      ["of copies", ...exchanged],
      rows((r) => r.ofCopies, exchanged),
    ),
  ];
  console.log(tables.join("\n\n"));
}

function kilo(n: number): number {
  return n << 10;
}
