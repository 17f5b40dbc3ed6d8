import {
  adam,
  adamState,
  add,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  key,
  lower,
  mean,
  normal,
  placeholder,
  relu,
  square,
  sub,
  valueAndGrad,
} from "mtf";
import type { Devices } from "mtf/workers";

const dims = defineDims({ batch: 30, input: 8, hidden: 37, output: 5 });

const begin = () =>
  adamState({
    up: normal(key(1), [dims.input, dims.hidden], { std: 0.3 }),
    down: normal(key(2), [dims.hidden, dims.output], { std: 0.3 }),
  });

type State = ReturnType<typeof begin>;

/** A step of a small network whose sums go over both axes of a mesh. */
function stepOn(mesh: string) {
  const axes = defineMesh(mesh);
  const rules = { batch: "data", hidden: "model" };
  const own = Object.fromEntries(Object.entries(rules).filter(([, a]) => axes.names.includes(a)));
  const layout = defineLayout<string, string>({ dims, mesh: axes, rules: own });
  const data = placeholder([dims.batch, dims.input]);
  const wanted = placeholder([dims.batch, dims.output]);
  const step = (state: State, x: typeof data, y: typeof wanted) => {
    const [loss, gradient] = valueAndGrad((params: State["params"]) => {
      const hidden = relu(einsum([x, params.up], [dims.batch, dims.hidden]));
      const given = einsum([hidden, params.down], [dims.batch, dims.output]);
      return mean(square(sub(given, y)));
    })(state.params);
    return [adam(state, gradient, { rate: 0.01 }), add(loss, 0)] as const;
  };
  return {
    begin: lower(begin, { layout, inputs: [] }),
    step: lower(step, { layout, inputs: [begin(), data, wanted], donate: [0] }),
  };
}

/** What steps have come to. */
export interface Trained {
  readonly losses: readonly number[];
  /** What the first device holds, after every hundred steps. */
  readonly bytes: readonly number[];
  /** What each device has received from others. */
  readonly received: readonly number[];
}

/** Takes steps on devices. */
export async function train(devices: Devices, mesh: string, steps: number): Promise<Trained> {
  const lowered = stepOn(mesh);
  const run = await devices.load(lowered.step);
  const random = (length: number) =>
    Float32Array.from({ length }, (_, i) => Math.fround(((i * 7919) % 1013) / 506 - 1));
  const [x, y] = [random(30 * 8), random(30 * 5)];
  let state = await (await devices.load(lowered.begin))();
  const losses: number[] = [];
  const bytes: number[] = [];
  for (let step = 0; step < steps; step++) {
    const [next, loss] = await run(state, x, y);
    losses.push(await loss.number());
    state = next;
    if (step % 100 === 99) bytes.push((await devices.usage())[0]!.bytes);
  }
  const usage = await devices.usage();
  return { losses, bytes, received: usage.map(({ bytesReceived }) => bytesReceived) };
}

/** The program of a step, as it prints. */
export function printed(mesh: string): string {
  return String(stepOn(mesh).step);
}
