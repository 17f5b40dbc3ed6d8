import { hostname } from "node:os";
import {
  type AnyTensor,
  add,
  coordinateOf,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  type Instruction,
  type Link,
  ledger,
  lower,
  type MachineModel,
  type Placement,
  placeholder,
  type Tensor,
} from "mtf";
import { mpi, mpiRanks } from "mtf/mpi";
import { type Held, memoryOfMachine, workers } from "mtf/workers";
import { handWritten } from "./lib/hand-written.ts";
import { countOf, one, readOptions } from "./lib/options.ts";
import { median, note } from "./lib/report.ts";

const help = `
What machine is this, as a plan has to know it?

  npm run bench -- machine [--mesh AXES] [--rounds N] [--json]
  mpirun -n 4 node bench/run.mjs machine --runtime mpi --mesh host:2,core:2

Measures workers on a mesh, all of them at work at once, and prints a MachineModel: what lower takes
as options.machine, and, written to a file, what gpt-neo takes as --machine.

  flops     of products of matrices, for each device
  memory    bytes a second that a device reads and writes while it adds two tensors
  capacity  what a device can hold: its share of the machine's memory, or a WebAssembly heap
  links     along each axis: how long an all-gather of 16 KB takes, and the bytes a second that each
            device receives in one of 16 MB beyond that

With --runtime mpi the devices are mpirun's processes, after npm run build. These are numbered host by
host, so the first axis of a mesh is the one that crosses hosts: name it apart, and its link is.

  --mesh AXES     the mesh that is measured (data:2, or data and all processes)
  --runtime NAME  workers or mpi (workers)
  --rounds N      how often everything takes turns; medians count (5)`;

const { json, quick, values } = readOptions(help, ["mesh", "rounds", "runtime"]);
const runtime = one(values.runtime ?? "workers", "runtime", ["workers", "mpi"]);
const ranks = runtime === "mpi" ? mpiRanks() : undefined;
const mesh = defineMesh(values.mesh ?? `data:${ranks?.size ?? 2}`);
const hosts = await ranks?.gather(hostname());
const tell = (line: string): void => (ranks && ranks.rank > 0 ? undefined : note(line));
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 5);
const heapBytes = 2 ** 32;

const devices = ranks ? await mpi(mesh) : await workers(mesh);
try {
  const edge = quick ? 128 : 1024;
  const { row, inner, column } = defineDims({
    row: edge * mesh.size,
    inner: edge,
    column: edge,
  });
  const x = placeholder([row, inner]);
  const y = placeholder([inner, column]);
  const product = await seconds(
    (a: typeof x, b: typeof y) => einsum(a, b, "row", "column"),
    [x, y],
  );
  const long = placeholder([{ ...row, size: 8 * row.size }, inner]);
  const sum = await seconds((a: typeof long, b: typeof long) => add(a, b), [long, long]);
  tell("flops and memory done");
  const links: Record<string, Link> = {};
  for (const axis of mesh.names.filter((name) => mesh.axes[name]! > 1)) {
    links[axis] = await linkAlong(axis);
    tell(`${axis} done${crossesHosts(axis) ? ", between hosts" : ""}`);
  }
  const all = Object.values(links);
  if (all.length === 0) throw new Error("a mesh of one device has no links: --mesh data:2");
  const share = (memoryOfMachine() ?? Number.POSITIVE_INFINITY) / (ranks?.onMachine ?? mesh.size);
  const machine: MachineModel = {
    flops: (2 * edge ** 3) / product,
    // Two numbers are read and one is written for each element.
    memory: (3 * 4 * 8 * edge ** 2) / sum,
    capacity: Math.floor(Math.min(heapBytes, share)),
    link: {
      bandwidth: Math.min(...all.map((link) => link.bandwidth)),
      latency: Math.max(...all.map((link) => link.latency)),
    },
    ...(all.length > 1 && { links }),
  };
  if (!ranks || ranks.rank === 0)
    console.log(json ? JSON.stringify(machine) : JSON.stringify(machine, null, 2));
} finally {
  await devices.close();
}

/** Seconds that every device takes for its rows of a result, all of them at once. */
async function seconds(fn: (...args: never[]) => AnyTensor, inputs: readonly AnyTensor[]) {
  const layout = defineLayout({ dims: {}, mesh, rules: {} });
  const rules = [["row", mesh.names] as const];
  const lowered = lower(fn as (...args: unknown[]) => Tensor<"row">, {
    layout: { ...layout, rules },
    inputs,
  });
  const given = await Promise.all(
    lowered.program.inputs.map(({ value }, i) => {
      const { dims, placement } = lowered.program.values[value]!;
      const numbers = new Float32Array(dims.reduce((n, d) => n * d.size, 1)).fill(1);
      return devices.put(inputs[i] as never, placement, numbers);
    }),
  );
  const run = await devices.load(lowered);
  const times = await timed(async () => (await run(...given)) as Held<AnyTensor>);
  for (const held of given) held.dispose();
  await run.unload();
  return times;
}

/** Whether devices along an axis are on several hosts. */
function crossesHosts(axis: string): boolean {
  if (!hosts) return false;
  return hosts.some((host, device) => {
    const at = coordinateOf(mesh, device);
    const isAlong = mesh.names.every((name) => name === axis || at[name] === 0);
    return isAlong && host !== hosts[0];
  });
}

async function linkAlong(axis: string): Promise<Link> {
  const few = await gathering(axis, quick ? 1 << 10 : 16 << 10);
  const many = await gathering(axis, quick ? 1 << 20 : 16 << 20);
  // On a machine at work the little may have waited longer than the much.
  const beyond = Math.max(many.seconds - few.seconds, many.seconds / 2);
  return { bandwidth: (many.received - few.received) / beyond, latency: few.seconds };
}

/** What an all-gather of so many bytes along an axis takes, and what each device receives by it. */
async function gathering(axis: string, bytes: number) {
  const { row, column } = defineDims({ row: mesh.axes[axis]!, column: 1 });
  const width = Math.max(1, Math.round(bytes / 4 / row.size));
  const tensor = placeholder([row, { ...column, size: width }]);
  const cut: Placement = { split: { row: [axis] }, partial: [] };
  const whole: Placement = { split: {}, partial: [] };
  const count = Math.max(2, Math.min(quick ? 4 : 128, Math.round((32 << 20) / bytes)));
  const origin = { line: "bench/machine.ts", pass: "forward", cause: "bench" } as const;
  const gather = (result: number): Instruction => ({
    kind: "move",
    name: "all-gather",
    axes: [axis],
    operands: [0],
    offsets: [{}],
    fill: 0,
    result,
    origin,
  });
  const steps = Array.from({ length: count }, (_, i) => ({
    to: whole,
    instruction: gather(i + 1),
  }));
  const lowered = handWritten(mesh.axes, tensor, cut, steps);
  const numbers = new Float32Array(row.size * width).fill(1);
  const given = await devices.put(tensor as never, cut, numbers);
  const run = await devices.load(lowered);
  const each = (await timed(async () => (await run(given as never))[0] as Held<AnyTensor>)) / count;
  given.dispose();
  await run.unload();
  return { seconds: each, received: ledger(lowered.program).bytes / count / mesh.size };
}

/** Seconds until a run's result is there, the median of several after one that does not count. */
async function timed(once: () => Promise<Held<AnyTensor>>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const since = performance.now();
    const made = await once();
    // One number, so that the run has ended.
    await made.readBox(Object.keys(made.dims).map(() => ({ begin: 0, size: 1 })));
    if (round > 0) times.push((performance.now() - since) / 1000);
    made.dispose();
  }
  return median(times);
}
