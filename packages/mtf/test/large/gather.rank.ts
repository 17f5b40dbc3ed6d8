import { defineDims, defineLayout, defineMesh, lower, placeholder, sum } from "mtf";
import { mpi } from "../../src/mpi.ts";
import type { Held } from "../../src/runtime/devices.ts";
import { mpiMessages } from "../../src/runtime/mpi/messages.ts";
import { theWorld } from "../../src/runtime/mpi/world.ts";
import { tell } from "../mpi/rank.ts";

// One of two ranks that send 2.5 GB: as halves of a tensor that both are to have whole, in segments, and
// as one message, which is longer than MPI counts.
const size = 625_000_001;
const numberAt = (i: number): number => i % 8191;
const places = [0, 2 ** 28 - 1, size >> 1, (size >> 1) + 1, 2 ** 29, 2 ** 29 + 1, size - 1];

const dims = defineDims({ a: size });
const mesh = defineMesh({ x: 2 });
const layout = defineLayout({ dims, mesh, rules: {} });
const tensor = placeholder([dims.a]);
const whole = lower((x) => sum(x, "a"), { layout, inputs: [tensor] });

const devices = await mpi(mesh, { backend: "cpu" });
const box = ([range]: readonly { begin: number; size: number }[]): Float32Array => {
  const numbers = new Float32Array(range!.size);
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberAt(range!.begin + i);
  return numbers;
};
const halves = await devices.put(tensor, { split: { a: ["x"] }, partial: [] }, { box });
const gathered = await devices.reshard(halves as Held<typeof tensor>, whole, 0).run();
halves.dispose();
const found: number[] = [];
for (const place of places) found.push((await gathered.readBox([{ begin: place, size: 1 }]))[0]!);
const bytesReceived = (await devices.usage())[0]!.bytesReceived;
gathered.dispose();

const { mpi: library, newTag } = theWorld();
const messages = mpiMessages(library, newTag());
const message = new Float32Array(size);
if (devices.rank === 0) {
  for (const place of places) message[place] = numberAt(place);
  messages.send(0, 1, message);
  await messages.receive(0, []);
} else await messages.receive(1, [{ from: 0, into: message }]);
tell(devices.rank, [
  found.join(),
  places.map((place) => message[place]).join(),
  places.map(numberAt).join(),
  `${bytesReceived}`,
]);
await devices.close();
