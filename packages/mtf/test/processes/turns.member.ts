import { setTimeout as sleep } from "node:timers/promises";
import { add, defineDims, defineLayout, defineMesh, lower, placeholder, sum } from "mtf";
import { devicesOfPair, place } from "./pair.ts";

// One of two processes whose sources take their time, the second one's longer.
const dims = defineDims({ a: 5 });
const mesh = defineMesh({ x: 2 });
const layout = defineLayout({ dims, mesh, rules: { a: "x" } });
const program = lower((x) => add(x, sum(x, "a")), { layout, inputs: [placeholder([dims.a])] });

const devices = await devicesOfPair(mesh, "reference");
const run = await devices.load(program);
const first = await run([0, 1, 2, 3, 4]);
const slow = {
  box: async ([range]: readonly { begin: number; size: number }[]) => {
    await sleep(place * 200);
    return new Float32Array(range!.size).fill(1);
  },
};
const running = run(slow);
await sleep((1 - place) * 100);
const read = first.read();
const loading = devices.load(
  lower((x) => sum(x, "a"), { layout, inputs: [placeholder([dims.a])] }),
);
const usage = devices.usage();
console.log([...(await read)].join(" "));
console.log((await usage).map(({ bytesReceived }) => bytesReceived > 0).join(" "));
console.log(await (await (await loading)([1, 2, 3, 4, 5])).number());
console.log([...(await (await running).read())].join(" "));
const { rows } = await devices.profile(async () => {
  (await run([0, 1, 2, 3, 4])).dispose();
});
console.log(
  rows
    .map(({ op, times }) => `${op} ${times}`)
    .sort()
    .join(", "),
);
await devices.close();
