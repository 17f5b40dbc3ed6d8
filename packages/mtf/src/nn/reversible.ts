import { arrayArgument, functionArgument } from "../arguments.ts";
import { vjp } from "../autodiff/vjp.ts";
import { newHandle } from "../graph/handle.ts";
import { nextOrder } from "../graph/node.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import { zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { alikeLeaves } from "../ops/region/alike.ts";
import { customGradient } from "../ops/region/customGradient.ts";
import { outerTensors } from "../ops/region/region.ts";
import type { Cotangent } from "../ops/rule.ts";
import { rules } from "../ops/rules.ts";
import { requireTensors } from "../ops/trees.ts";

type Streams = readonly [x1: AnyTensor, x2: AnyTensor];
type Layer = (x: AnyTensor) => AnyTensor;

/**
 * Layers with a residual on every other of two streams: of each layer `f`, (x1, x2) becomes
 * (x2, x1 + f(x2)). The gradient goes back through the layers from their results alone: x2 is one of
 * them, and x1 the other less f(x2). So memory for what layers are given does not grow with their
 * number. What the layers close over has its gradient, too.
 *
 * Gradients are those of the same sums written out, but for the rounding of the differences.
 *
 * @param layers functions of a stream that give a tensor with its dims
 * @returns both streams after the last layer
 * @throws MtfError `bad-result` unless a layer gives a tensor like its stream, `bad-argument`,
 * `not-a-tensor`, `dtype-mismatch`
 * @example
 * const blocks = [0.5, 2].map((scale) => (h: typeof x) => tanh(mul(h, scale)));
 * const [h1, h2] = reversible(blocks, x, x);
 */
export function reversible<A extends string>(
  layers: readonly ((x: Tensor<A>) => Tensor<A>)[],
  x1: Tensor<A>,
  x2: Tensor<A>,
): readonly [x1: Tensor<A>, x2: Tensor<A>] {
  arrayArgument("reversible", "layers", layers, "an array of functions");
  layers.forEach((layer, i) => {
    functionArgument("reversible", `layers[${i}]`, layer);
  });
  const first = tensorArgument("reversible", "x1", x1, ["float32"]);
  const second = tensorArgument("reversible", "x2", x2, ["float32"]);
  const [like] = alikeLeaves(first, second, {
    op: "reversible",
    given: "'x2'",
    like: "'x1'",
    advice: "two tensors with the same dims",
  });
  const applied = layers.map((layer) => (x: AnyTensor) => resultOf(layer as never, x));
  return through(applied, first, like!) as never;
}

function through(layers: readonly Layer[], x1: AnyTensor, x2: AnyTensor): Streams {
  const begin = nextOrder();
  // Tried out, to see what they close over.
  const tried: Streams = [newHandle(x1), newHandle(x2)];
  const outer = outerTensors(forward(layers, tried), begin).outer;
  const weights = outer.filter((x) => !tried.includes(x));
  const run = customGradient(
    (a: AnyTensor, b: AnyTensor, _: readonly AnyTensor[]) => forward(layers, [a, b]),
    ({ result, cotangent }) => backward(layers, weights, result, cotangent),
  );
  return run(x1, x2, weights);
}

function forward(layers: readonly Layer[], streams: Streams): Streams {
  return layers.reduce<Streams>(([x1, x2], layer) => [x2, apply("add", x1, layer(x2))], streams);
}

/** The cotangents of the streams before the layers and of what these close over. */
function backward(
  layers: readonly Layer[],
  weights: readonly AnyTensor[],
  after: Streams,
  cotangents: Streams,
): [AnyTensor, AnyTensor, readonly AnyTensor[]] {
  let [y1, y2] = after;
  let [d1, d2] = cotangents;
  const totals = weights.map((): Cotangent => undefined);
  for (const layer of [...layers].reverse()) {
    const x2 = newHandle(y1);
    const f = layer(x2);
    const [dx, ...dws] = vjp(rules, [f], [x2, ...weights], [d2]);
    dws.forEach((dw, i) => {
      totals[i] = sumOf(totals[i], dw);
    });
    [y1, y2] = [apply("sub", y2, f), y1];
    [d1, d2] = [d2, sumOf(d1, dx)!];
  }
  return [d1, d2, weights.map((w, i) => totals[i] ?? zerosLike(w))];
}

function sumOf(a: Cotangent, b: Cotangent): Cotangent {
  return a && b ? apply("add", a, b) : (a ?? b);
}

function resultOf(layer: Layer, x: AnyTensor): AnyTensor {
  const y = layer(x);
  requireTensors("reversible", y);
  const [alike] = alikeLeaves(x, y, {
    op: "reversible",
    given: "the result of a layer",
    like: "what it is given",
    advice: "a layer that gives a tensor with the dims of the stream",
  });
  return alike!;
}
