import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AnyTensor, Scalar, Tensor } from "../../graph/tensor.ts";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  div,
  grad,
  lower,
  mul,
  placeholder,
  square,
  sum,
  tanh,
  valueAndGrad,
} from "../../index.ts";
import {
  type LinearCrossEntropyOptions,
  linear,
  linearCrossEntropy,
  smoothedCrossEntropy,
} from "../../nn.ts";
import type { Devices } from "../../runtime/devices.ts";
import { simulator } from "../../simulator.ts";
import { draws } from "../../testing/draws.ts";

const dims = defineDims({ batch: 4, length: 6, vocab: 7, embd: 5 });
const { batch, length, vocab, embd } = dims;
const mesh = defineMesh("p:2,q:2");
let devices: Devices;

beforeAll(async () => {
  devices = await simulator(mesh, { backend: "reference" });
});
afterAll(() => devices.close());

type X = Tensor<"batch" | "length" | "embd">;
type Table = Tensor<"vocab" | "embd">;
type Bias = Tensor<"vocab">;
type Labels = Tensor<"batch" | "length", "int32">;
type Options = Pick<LinearCrossEntropyOptions<"vocab">, "smoothing" | "zLoss" | "rows">;

const inputs = [
  placeholder([batch, length, embd]),
  placeholder([vocab, embd]),
  placeholder([vocab]),
  placeholder([]),
  placeholder([batch, length], "int32"),
] as const;
const drawn = (size: number, k: number) =>
  Float32Array.from({ length: size }, (_, i) => 2 * Math.sin(7 * i * i + k + 1));
const data = [
  ...[drawn(120, 0), drawn(35, 1), drawn(7, 2), Float32Array.of(3)],
  Int32Array.from({ length: 24 }, (_, i) => ((i * 5) % 9) - 1),
];

/** The total written out, with all logits at once. */
function plain(x: X, table: Table, bias: Bias, count: Scalar, labels: Labels, options: Options) {
  const { smoothing, zLoss } = options;
  const logits = linear(x, table, bias) as Tensor<"batch" | "length" | "vocab">;
  const losses = smoothedCrossEntropy(logits, labels, "vocab", { smoothing, zLoss });
  return div(sum(losses), count);
}

function chunked(x: X, table: Table, bias: Bias, count: Scalar, labels: Labels, options: Options) {
  return linearCrossEntropy(x, table, labels, { ...options, over: "vocab", bias, count }).total;
}

/** The total of tensors that are made of each other, and its gradient in all that it is made of. */
const slopes = (total: typeof plain, options: Options, twice: boolean) => {
  const first = (x: X, table: Table, bias: Bias, count: Scalar, labels: Labels): Scalar =>
    mul(total(tanh(x), table, bias, count, labels, options), 1.5);
  const second = (x: X, table: Table, bias: Bias, count: Scalar, labels: Labels): Scalar => {
    const of = (a: X, b: Table) => first(a, b, bias, count, labels);
    const [dx, dtable] = grad((both: readonly [X, Table]) => of(...both))([x, table]);
    return add(sum(square(dx)), sum(square(dtable)));
  };
  const fn = twice ? second : first;
  return (x: X, table: Table, bias: Bias, count: Scalar, labels: Labels) => {
    const of = (a: readonly [X, Table, Bias, Scalar]) => fn(...a, labels);
    const [value, gradient] = valueAndGrad(of)([x, table, bias, count]);
    return [value, ...gradient] as readonly AnyTensor[];
  };
};

async function run(
  fn: unknown,
  rules: Readonly<Record<string, string | string[]>>,
): Promise<Float32Array[]> {
  const layout = defineLayout<string, string>({ dims, mesh, rules });
  const loaded = await devices.load(lower(fn as never, { layout, inputs: inputs as never }));
  const results = (await loaded(...(data as never[]))) as unknown as AnyTensor[];
  return Promise.all(
    results.map(async (x) => (await (x as never as { read(): unknown }).read()) as Float32Array),
  );
}

const axis = fc.constantFrom(undefined, "p", "q", ["p", "q"]);
const layouts = fc
  .record({ batch: axis, length: axis, vocab: axis, embd: axis })
  .map((rules) => Object.fromEntries(Object.entries(rules).filter(([, to]) => to)));
const options = fc.record({
  rows: fc.constantFrom(1, 2, 4, 8, 12, 24),
  smoothing: fc.constantFrom(0, 0.1),
  zLoss: fc.constantFrom(0, 0.3),
});

it("is the loss written out, under every layout, its gradient and the gradient of that too", async () => {
  const cases = fc.asyncProperty(layouts, options, fc.boolean(), async (rules, chosen, twice) => {
    const wanted = await run(slopes(plain, chosen, twice), {});
    const found = await run(
      slopes(chunked, chosen, twice),
      rules as Readonly<Record<string, string | string[]>>,
    );
    found.forEach((x, i) => {
      x.forEach((n, j) => void expect(n).toBeCloseTo(wanted[i]![j]!, 4));
    });
  });
  await fc.assert(cases, { numRuns: draws(8) });
});
