// Draws points on a circle out of noise: a net learns to tell the noise in a point, which is then taken
// away bit by bit (Ho and others, 2020).
//
//   npx tsx examples/16-diffusion.ts [point:data,hidden:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.

import * as mtf from "mtf";
import * as nn from "mtf/nn";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({ point: 128, xy: 2, hidden: 64, inner: 64, time: 40 });
const { point, xy, hidden, inner, time } = dims;

const net = {
  times: nn.embeddingParams(time, hidden),
  place: nn.denseParams([xy], [hidden]),
  middle: nn.denseParams([hidden], [inner]),
  out: nn.denseParams([inner], [xy]),
} as const;
type Net = nn.Values<typeof net>;
type Points = mtf.Tensor<"point" | "xy">;
type Times = mtf.Tensor<"point", "int32">;

/** How much noise each time adds, and how much is left of a point after it. */
const betas = Array.from({ length: time.size }, (_, t) => 0.001 + (0.25 * t) / time.size);
const left = betas.map((_, t) => betas.slice(0, t + 1).reduce((all, beta) => all * (1 - beta), 1));
const atTimes = (numbers: readonly number[], t: Times) =>
  mtf.gather(mtf.constant(numbers, [time]), t, "time");

/** The noise that the net sees in points. */
function noiseIn(p: Net, x: Points, t: Times) {
  const h = mtf.silu(mtf.add(nn.dense(x, p.place), nn.embedding(t, p.times, "time")));
  return nn.dense(nn.dense(h, p.middle, mtf.silu), p.out);
}

function loss(p: Net, key: mtf.Key) {
  const angle = mtf.uniform(mtf.fold(key, "angle"), [point], { max: 2 * Math.PI });
  const clean = mtf.stack([mtf.cos(angle), mtf.sin(angle)], xy);
  const t = mtf.randint(mtf.fold(key, "time"), [point], { max: time.size });
  const noise = mtf.normal(mtf.fold(key, "noise"), [point, xy]);
  const rest = atTimes(left, t);
  const blurred = mtf.mul(clean, mtf.sqrt(rest));
  const noisy = mtf.add(blurred, mtf.mul(noise, mtf.sqrt(mtf.sub(1, rest))));
  return mtf.mean(mtf.square(mtf.sub(noiseIn(p, noisy, t), noise)));
}

function step(state: mtf.AdamState<Net>) {
  const key = mtf.fold(mtf.key(2), state.step);
  const [value, gradient] = mtf.valueAndGrad(loss)(state.params, key);
  return [mtf.adam(state, gradient, { rate: 3e-3 }), value] as const;
}

/** From noise back through all times. How far each point is from the middle then: 1 on the circle. */
function radii(p: Net) {
  const back = (x: Points, _: readonly [], round: mtf.Scalar<"int32">) => {
    const t = mtf.broadcast(mtf.sub(time.size - 1, round), point);
    const beta = atTimes(betas, t);
    const share = mtf.div(beta, mtf.sqrt(mtf.sub(1, atTimes(left, t))));
    const less = mtf.sub(x, mtf.mul(noiseIn(p, x, t), share));
    // A little noise anew, but for the last time.
    const fresh = mtf.normal(mtf.fold(mtf.key(3), round), [point, xy]);
    const size = mtf.where(mtf.greater(t, 0), mtf.sqrt(beta), 0);
    const next = mtf.div(less, mtf.sqrt(mtf.sub(1, beta)));
    return [mtf.add(next, mtf.mul(fresh, size)), []] as const;
  };
  const [drawn] = mtf.scan(time, back, mtf.normal(mtf.key(4), [point, xy]), []);
  return mtf.sqrt(mtf.sum(mtf.square(drawn), "xy"));
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "point:data,hidden:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const initial = () => mtf.adamState(nn.initialValues(mtf.key(1), net));
const begin = mtf.lower(initial, { layout, inputs: [] });
const train = mtf.lower(step, { layout, inputs: [begin.result], donate: [0] });
const draw = mtf.lower(radii, { layout, inputs: [begin.result.params] });

const devices = await simulator(mesh, { backend: "wasm" });
let state = await (await devices.load(begin))();
const run = await devices.load(train);
for (let i = 0; i <= 1500; i++) {
  const [next, value] = await run(state);
  if (i % 300 === 0) console.log(`step ${i}: loss ${(await value.number()).toFixed(4)}`);
  state = next;
}
const drawn = await (await (await devices.load(draw))(state.params)).read();
console.log(`radii: ${Array.from(drawn, (x) => x.toFixed(4)).join(" ")}`);
await devices.close();
