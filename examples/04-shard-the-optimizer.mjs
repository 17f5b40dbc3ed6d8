// The same training step with its state stored whole on each of four workers, with Adam's means in
// slices, and with the parameters in slices as well: what each moves and holds, and that the losses
// are the same.
//
//   node examples/04-shard-the-optimizer.mjs

import {
  adam,
  adamState,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  fold,
  gelu,
  key,
  ledger,
  lower,
  mean,
  normal,
  placeholder,
  square,
  sub,
  valueAndGrad,
} from "mtf";
import { workers } from "mtf/workers";

const dims = defineDims({ batch: 32, embd: 256, ff: 1024 });
const { batch, embd, ff } = dims;
const mesh = defineMesh({ data: 4 });

const storages = {
  "all whole": {},
  "means in slices": { mean: { ff: "data" }, variance: { ff: "data" } },
  "all in slices": { "": { ff: "data" } },
};

function loss(params, x) {
  const inner = gelu(einsum(x, params.up, "batch", "ff"));
  return mean(square(sub(einsum(inner, params.down, "batch", "embd"), x)));
}

function step(state, x) {
  const [value, gradient] = valueAndGrad(loss)(state.params, x);
  return [adam(state, gradient, { rate: 1e-3 }), value];
}

const initial = () =>
  adamState({
    up: normal(fold(key(1), "up"), [embd, ff], { std: 0.05 }),
    down: normal(fold(key(1), "down"), [ff, embd], { std: 0.05 }),
  });

const x = Float32Array.from({ length: batch.size * embd.size }, (_, i) => Math.sin(i * i));
const MiB = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`.padStart(9);

const devices = await workers(mesh);
try {
  for (const [name, storage] of Object.entries(storages)) {
    const layout = defineLayout({ dims, mesh, rules: { batch: "data" }, storage });
    const begin = lower(initial, { layout, inputs: [] });
    const inputs = [begin.result, placeholder([batch, embd])];
    const train = lower(step, { layout, inputs, donate: [0] });
    let state = await (await devices.load(begin))();
    const run = await devices.load(train);
    const losses = [];
    for (let i = 0; i < 20; i++) {
      const [next, value] = await run(state, x);
      if (i % 5 === 4) losses.push((await value.number()).toFixed(4));
      value.dispose();
      state = next;
    }
    const held = Math.max(...(await devices.usage()).map((device) => device.bytes));
    console.log(
      `${name.padEnd(16)} a step moves ${MiB(ledger(train.program).bytes)}`,
      `and a device holds ${MiB(held)} between steps; losses ${losses.join(" ")}`,
    );
    for (const part of [state.params, state.mean, state.variance]) {
      for (const tensor of Object.values(part)) tensor.dispose();
    }
    state.step.dispose();
  }
} finally {
  await devices.close();
}
