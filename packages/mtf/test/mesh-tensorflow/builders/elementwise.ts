import type { Case } from "../fixture.ts";
import { along, m, meeting, nn, type T } from "../tensors.ts";

export type Builder = (xs: Readonly<Record<string, T>>, of: Case) => T;
export type Builders = Readonly<Record<string, Builder>>;

const binary =
  (fn: string): Builder =>
  ({ x, y }, { attributes }) =>
    along(meeting(fn, x, y ?? attributes.scalar), attributes.output_dims);

const unary =
  (fn: string): Builder =>
  ({ x }) =>
    m[fn](x);

/** The activations of layers, by the names the original gives them. */
export const activations: Readonly<Record<string, (x: T) => T>> = {
  linear: (x) => x,
  relu: m.relu,
  tanh: m.tanh,
  sigmoid: m.sigmoid,
  gelu: m.gelu,
};

export const elementwise: Builders = {
  add: binary("add"),
  sub: binary("sub"),
  multiply: binary("mul"),
  divide: binary("div"),
  minimum: binary("minimum"),
  maximum: binary("maximum"),
  mod: binary("mod"),
  less: binary("less"),
  less_equal: binary("lessEqual"),
  greater: binary("greater"),
  greater_equal: binary("greaterEqual"),
  equal: binary("equal"),
  not_equal: binary("notEqual"),
  logical_and: binary("and"),
  logical_or: binary("or"),
  add_n: ({ x, y, z }) => m.addAll([x, y, z]),
  floordiv: binary("floorDiv"),
  pow: ({ x, y }, { attributes }) => m.pow(x, y ?? attributes.exponent),

  square: unary("square"),
  exp: unary("exp"),
  sigmoid: unary("sigmoid"),
  tanh: unary("tanh"),
  negative: unary("neg"),
  relu: unary("relu"),
  abs: unary("abs"),
  sign: unary("sign"),
  sin: unary("sin"),
  cos: unary("cos"),
  gelu: unary("gelu"),
  identity: unary("identity"),
  sqrt: unary("sqrt"),
  rsqrt: unary("rsqrt"),
  log: unary("log"),
  reciprocal: unary("reciprocal"),
  logical_not: unary("not"),
  leaky_relu: ({ x }, { attributes }) => m.leakyRelu(x, attributes.alpha),
  elu: unary("elu"),
  selu: unary("selu"),
  softplus: unary("softplus"),
  swish: unary("silu"),

  to_int32: ({ x }) => m.cast(x, "int32"),
  to_float: ({ x }) => m.cast(x, "float32"),
  cast: ({ x }, { attributes }) => m.cast(x, attributes.dtype),
  stop_gradient: ({ x, y }) => m.add(m.mul(x, m.stopGradient(y)), y),
  weights_nonzero: ({ x }) => m.cast(m.notEqual(x, 0), "float32"),
  where: ({ cond, x, y }, { attributes }) => along(m.where(cond, x, y), attributes.output_dims),
  sigmoid_cross_entropy_with_logits: ({ logits, targets }) =>
    nn.sigmoidCrossEntropy(logits, targets),
};
