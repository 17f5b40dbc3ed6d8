import { describe, expect, it } from "vitest";
import { MtfError } from "../errors.ts";
import * as typed from "../index.ts";

// Errors that the types would have caught are those of programs without types.
// biome-ignore lint/suspicious/noExplicitAny: see above
const m: any = typed;

const { batch, embd, heads, kv, vocab } = typed.defineDims({
  batch: 8,
  embd: 12,
  heads: 3,
  kv: 4,
  vocab: 50,
});
const x = typed.placeholder([batch, embd]);
const narrow = typed.placeholder([typed.dimension("embd", 10), batch]);
const weight = typed.placeholder([heads, kv]);
const ids = typed.placeholder([batch], "int32");
const scalar = typed.placeholder();
const small = typed.less(scalar, 1);
const row = typed.zeros([embd]);

const mesh = typed.defineMesh({ data: 2 });
const dims = { batch, embd };
const layout = typed.defineLayout({ dims, mesh, rules: { batch: "data" } });
const lowered = (fn: unknown, more: object = {}) => m.lower(fn, { layout, inputs: [x], ...more });

class Model {
  up = x;
}

/** What a function was given, when it was traced. */
function argumentOf(trace: (fn: (y: unknown) => unknown) => unknown): unknown {
  let given: unknown;
  trace((y) => {
    given = y;
    return m.exp(y);
  });
  return given;
}

const wrong: Record<string, () => unknown> = {
  "add of undefined": () => m.add(x, undefined),
  "add of an array": () => m.add(x, [1, 2, 3]),
  "exp of a number": () => m.exp(3),
  "sum over a position": () => m.sum(x, 0),
  "einsum that would sum a lonely dim": () => m.einsum(x, m.rename(x, "batch", "heads"), "batch"),
  "cast to a dtype there is none of": () => m.cast(x, "bfloat16"),
  "normal with a seed for a key": () => m.normal(3, [batch]),
  "normal with a misspelt option": () => m.normal(m.key(3), [batch], { sdt: 2 }),
  "adam with a misspelt option": () => m.adam(m.adamState({ x }), { x }, { rats: 1e-3 }),
  "sgd of what is not a tree": () => m.sgd(new Map([["x", x]]), new Map([["x", x]]), { rate: 1 }),
  "oneHot along a name": () => m.oneHot(ids, "vocab"),
  "mapOver of an async function": () => m.mapOver(batch, async (row: unknown) => row, x),
  "accumulate of a number": () => m.accumulate(batch, () => 1, x),
  "grad of an async function": () => m.grad(async () => scalar),
  "lower of an async function": () => lowered(async (y: unknown) => y),
  "lower of a function that gives a Promise": () => lowered((y: unknown) => Promise.resolve(y)),
  "lower of a function that gives nothing": () => lowered((y: unknown) => void m.exp(y)),
  "a Map as a result": () => lowered((y: unknown) => new Map([["y", y]])),
  "a class's object in a result": () => lowered(() => ({ model: new Model() })),
  "a class's object as an input": () => lowered((y: unknown) => y, { inputs: [new Model()] }),
  "too few inputs": () => lowered((y: unknown, z: unknown) => m.add(y, z)),
  "no inputs at all": () => m.lower((y: unknown) => y, { layout }),
  "no layout": () => m.lower((y: unknown) => y, { inputs: [x] }),
  "lower with a misspelt option": () => lowered((y: unknown) => y, { donated: [0] }),
  "a donated input that there is none of": () => lowered((y: unknown) => y, { donate: [3] }),
  "a placeholder that is given a name": () => m.placeholder([batch], "float32", "image"),
  "a placeholder closed over": () =>
    lowered((y: unknown) => m.mul(y, m.exp(typed.placeholder([batch])))),
  "a tensor of another function": () => {
    const other = argumentOf((fn) => m.trace(fn, [x]));
    return lowered((y: unknown) => m.sub(y, other));
  },
  "a tensor leaked from a loop": () =>
    lowered((y: unknown) =>
      m.add(
        y,
        argumentOf((fn) => m.mapOver(batch, fn, y)),
      ),
    ),
  "a tensor leaked from a loop in a loop": () =>
    lowered((y: unknown) =>
      m.mapOver(
        batch,
        (row: unknown) =>
          m.add(
            1,
            argumentOf((fn) => m.mapOver(embd, fn, row)),
          ),
        y,
      ),
    ),
  "withLayout of an axis that the mesh lacks": () =>
    lowered((y: unknown) => m.withLayout(y, { batch: "zz" })),
  "withLayout of an axis nearly right": () =>
    lowered((y: unknown) => m.withLayout(y, { embd: ["dta"] })),
  "storage of what there is none of": () =>
    lowered((y: unknown) => ({ params: { up: y } }), {
      layout: m.defineLayout({ dims, mesh, rules: {}, storage: { parms: { embd: "data" } } }),
    }),
  "a layout without a mesh": () => m.defineLayout({ dims, rules: {} }),
  "a layout with a misspelt part": () => m.defineLayout({ dims, mesh, rules: {}, stroage: {} }),
  "dims that are sizes": () => m.defineLayout({ dims: { batch: 8 }, mesh, rules: {} }),
  "the cost of what was lowered": () => m.ledger(lowered((y: unknown) => y)),
  "sum over a misspelt dim": () => m.sum(x, "embed"),
  "sum over a dim twice": () => m.sum(x, "embd", embd),
  "a dim object of another size": () => m.sum(x, { name: "embd", size: 13 }),
  "sum of bools": () => m.sum(m.greater(x, 0)),
  "add without a common dim": () => m.add(x, weight),
  "mul without a common dim": () => m.mul(x, weight),
  "add of two sizes": () => m.add(x, narrow),
  "add of two dtypes": () => m.add(x, ids),
  "add of two numbers": () => m.add(1, 2),
  "add of a fraction to integers": () => m.add(ids, 0.5),
  "less than a number that no integer is": () => m.less(ids, 2 ** 31),
  "add of nothing": () => m.addAll([]),
  "exp of integers": () => m.exp(ids),
  "clip the wrong way round": () => m.clip(x, 1, -1),
  "broadcast along a dim it has": () => m.broadcast(x, batch),
  "rename onto a taken name": () => m.rename(x, "embd", "batch"),
  "rename of a missing dim": () => m.rename(x, "heads", "kv"),
  "rename to a dim of another size": () => m.rename(x, "embd", heads),
  "rename to a dim that is there": () => m.rename(x, "embd", batch),
  "named with a dim too few": () => m.named(x, ["embd"]),
  "named with a dim too many": () => m.named(x, ["embd", "batch", "heads"]),
  "named with a dim of another size": () => m.named(narrow, [batch, embd]),
  "split into another size": () => m.split(x, "embd", [heads, heads]),
  "split into sizes that do not fit": () => m.split(x, "embd", [heads, batch]),
  "split into parts that do not fit": () => m.split(x, "embd", [heads, vocab]),
  "slice beyond the end": () => m.slice(x, "embd", 5, 13),
  "at beyond the end": () => m.at(x, "embd", 12),
  "stack of nothing": () => m.stack([], "part"),
  "stack of different dims": () => m.stack([x, m.sum(x, "batch")], "part"),
  "stack of different sizes": () => m.stack([x, narrow], "part"),
  "stack along a dim that is there": () => m.stack([x, x], "embd"),
  "stack into a dim of another size": () => m.stack([x, x], heads),
  "shift by a fraction": () => m.shift(x, "embd", 0.5),
  "pad by less than nothing": () => m.pad(x, "embd", -1, 0),
  "pad of integers with a fraction": () => m.pad(ids, "batch", 1, 0, 0.5),
  "concat of nothing": () => m.concat([], "embd"),
  "concat of different dims": () => m.concat([x, m.sum(x, "batch")], "embd"),
  "concat of different sizes": () => m.concat([x, narrow], "batch"),
  "concat of different dtypes": () => m.concat([ids, m.sum(x, "embd")], "batch"),
  "fill of a fraction as integers": () => m.fill([batch], 0.5, "int32"),
  "constant of too few numbers": () => m.constant([1, 2], [batch]),
  "constant of one number for many": () => m.constant(5, [batch, embd]),
  "constant of numbers in lists": () => m.constant([[1], [2]], [typed.dimension("two", 2)]),
  "constant of large integers": () => m.constant(new BigInt64Array(8), [batch]),
  "constant of a fraction as an integer": () => m.constant(1.5, [], "int32"),
  "constant of no numbers": () => m.constant("12345678", [batch]),
  "constant of a dtype before dims": () => m.constant(0, "int32"),
  "zeros with a dim twice": () => m.zeros([batch, batch]),
  "oneHot of floats": () => m.oneHot(x, vocab),
  "gather with ids that have the dim": () => m.gather(x, ids, "batch"),
  "scatter along no dim": () => m.scatter(x, x, {}),
  "scatter of rows without a dim of the ids": () => m.scatter(x, x, { embd: m.iota(vocab) }),
  "scatter of rows with a dim too many": () => m.scatter(x, x, { embd: ids }),
  "scatter with ids that have the dim": () => m.scatter(x, x, { batch: ids }),
  "scatter along a misspelt dim": () => m.scatter(x, x, { bacth: ids }),
  "scatter of integers among floats": () => m.scatter(x, ids, { embd: ids }),
  "dynamicSlice at a number": () => m.dynamicSlice(x, "embd", 3, 2),
  "dynamicSlice at floats": () => m.dynamicSlice(x, "embd", m.sum(x, "embd"), 2),
  "dynamicSlice of more than there is": () => m.dynamicSlice(x, "embd", ids, 13),
  "dynamicSlice at positions of another dim": () => m.dynamicSlice(x, "embd", m.iota(vocab), 2),
  "dynamicUpdate with too long a value": () =>
    m.dynamicUpdate(m.slice(x, "embd", 0, 2), x, "embd", ids),
  "dynamicUpdate with a value that lacks the dim": () =>
    m.dynamicUpdate(x, m.sum(x, "embd"), "embd", ids),
  "dynamicUpdate with a value of another dim": () =>
    m.dynamicUpdate(x, m.broadcast(x, vocab), "embd", ids),
  "randint of no numbers": () => m.randint(m.key(1), [batch], { min: 3, max: 3 }),
  "randint of more numbers than there are": () =>
    m.randint(m.key(1), [batch], { min: -(2 ** 31), max: 2 ** 31 }),
  "randint without a bound": () => m.randint(m.key(1), [batch], {}),
  "categorical of integers": () => m.categorical(m.key(1), ids, "batch"),
  "sort of bools": () => m.sort(m.greater(x, 0), "embd"),
  "topK of more than there are": () => m.topK(x, "embd", typed.dimension("k", 13)),
  "softmax over a missing dim": () => m.softmax(x, "vocab"),
  "layerNorm with a gain of another dim": () => m.layerNorm(x, weight, weight, "embd"),
  "layerNorm with a gain of two dims": () => m.layerNorm(x, x, x, "embd"),
  "cross-entropy with labels of other dims": () =>
    m.softmaxCrossEntropy(x, m.cast(scalar, "int32"), "embd"),
  "einsum to a dim of no operand": () => m.einsum(x, weight, "batch", "vocab"),
  "einsum to a dim twice": () => m.einsum(x, weight, "batch", "batch"),
  "contract over a dim of one": () => m.contract(x, weight, "embd"),
  "accumulate without the dim": () => m.accumulate(vocab, () => scalar, x),
  "accumulate of bools": () => m.accumulate(batch, (row: unknown) => m.greater(row, 0), x),
  "mapOver to a result with the dim": () => m.mapOver(batch, () => x, x),
  "withLayout of a misspelt dim": () => m.withLayout(x, { embed: "model" }),
  "withLayout with an axis twice": () => m.withLayout(x, { batch: "x", embd: ["y", "x"] }),
  "key of a fraction": () => m.key(0.5),
  "fold of a fraction": () => m.fold(m.key(1), 0.5),
  "fold of a tensor with dims": () => m.fold(m.key(1), ids),
  "dropout of everything": () => m.dropout(m.key(1), x, 1),
  "a loss with dims": () => m.grad((y: unknown) => m.mul(y, y))(x),
  "a loss that is no tensor": () => m.grad(() => 1)(x),
  "a loss of integers": () => m.grad((y: unknown) => m.cast(m.sum(y), "int32"))(x),
  "a gradient for integers": () => m.grad((p: typed.Tree<never>) => p)({ step: ids }),
  "a result that is a number": () => m.trace(() => ({ loss: 1 }), []),
  "an empty gradient's norm": () => m.globalNorm({}),
  "a loss with more beside it": () => m.valueAndGrad((y: unknown) => [m.sum(y), y])(x),
  "grad with an argument of the function's": () => m.grad((y: unknown) => m.sum(y), x),
  "valueAndGrad with an argument of the function's": () => m.valueAndGrad(() => scalar, x),
  "einsum to dims in an array": () => m.einsum(x, weight, ["batch", "heads"]),
  "einsum to a misspelt dim": () => m.einsum(x, x, "btach"),
  "contract over a misspelt dim": () => m.contract(x, x, "ebd"),
  "mapOver a misspelt dim": () => m.mapOver(typed.dimension("bach", 8), m.exp, x),
  "sum over dims in an array": () => m.sum(x, [batch, "embd"]),
  "sum over a dim that was sliced": () => m.sum(m.slice(x, embd, 0, 1), embd),
  "zeros of a dim": () => m.zeros(batch),
  "zeros of a dim with a name that is none": () => m.zeros([{ name: "a b", size: 2 }]),
  "zeros of a dim with a size that is none": () => m.zeros([{ name: "a", size: 0.5 }]),
  "labels as floats of one-hot rows": () => m.softmaxCrossEntropy(x, x, "embd"),
  "labels as one-hot rows": () => m.softmaxCrossEntropy(x, m.cast(x, "int32"), "embd"),
  "labels as floats": () => m.softmaxCrossEntropy(x, m.sum(x, "embd"), "embd"),
  "where of floats": () => m.where(x, 1, 2),
  "gather by floats": () => m.gather(x, x, "embd"),
  "a placeholder's dims for a placeholder": () =>
    lowered((y: unknown) => m.relu(y), { inputs: [[batch, embd]] }),
  "a generator": () =>
    lowered(function* generated(y: unknown) {
      yield y;
    }),
  "rules as text": () => m.defineLayout({ dims, mesh, rules: "batch:data" }),
  "rules of other dims and axes": () =>
    m.defineLayout({ dims, mesh, rules: { bach: "data", embd: "dta" } }),
  "a dimension of no size": () => m.dimension("batch", 0),
  "a dimension with a name that is none": () => m.dimension("a b", 2),
  "a mesh of no size": () => m.defineMesh({ data: 0 }),
  "a mesh of no size in text": () => m.defineMesh("data:0"),
  "a schedule without length": () => m.schedule({ rate: 1, decay: "linear", end: 0 })(1),
  "scan over a dim that nothing has": () => m.scan(vocab, (h: unknown) => [h, h], x, [x]),
  "scan whose carry has the dim": () => m.scan(batch, (h: unknown) => [h, h], x, [x]),
  "scan that gives a carry alone": () => m.scan(batch, (h: unknown) => h, row, x),
  "scan whose carry gains a dim": () =>
    m.scan(batch, (h: unknown) => [m.broadcast(h, vocab), h], row, x),
  "scan whose carry becomes integers": () =>
    m.scan(batch, (h: unknown) => [m.cast(h, "int32"), h], row, x),
  "scan whose carry loses a tensor": () =>
    m.scan(batch, ({ h }: { h: unknown }) => [{ h }, h], { h: row, c: row }, x),
  "scan whose carry gains a tensor": () =>
    m.scan(batch, ({ h }: { h: unknown }) => [{ h, c: h }, h], { h: row }, x),
  "scan that gives a number": () => m.scan(batch, (h: unknown) => [h, 1], row, x),
  "scan whose results have the dim": () => m.scan(batch, (h: unknown) => [h, x], row, x),
  "whileLoop by a tensor with dims": () => m.whileLoop((h: unknown) => m.less(h, 1), m.exp, x),
  "whileLoop by a float": () => m.whileLoop((h: unknown) => m.sum(h), m.exp, x),
  "whileLoop by a boolean of JavaScript": () => m.whileLoop(() => true, m.exp, x),
  "whileLoop by an async condition": () => m.whileLoop(async () => small, m.exp, x),
  "whileLoop whose state loses a dim": () =>
    m.whileLoop(
      () => small,
      (h: unknown) => m.sum(h, "embd"),
      x,
    ),
  "whileLoop whose state lacks a tensor": () =>
    m.whileLoop(
      () => small,
      ({ h }: { h: unknown }) => ({ h }),
      { h: x, n: ids },
    ),
  "whileLoop whose body gives nothing": () =>
    m.whileLoop(
      () => small,
      () => {},
      x,
    ),
  "whileLoop of at most half a round": () => m.whileLoop(() => small, m.exp, x, { atMost: 0.5 }),
  "whileLoop with a misspelt option": () => m.whileLoop(() => small, m.exp, x, { most: 3 }),
  "the gradient of a whileLoop without an end": () =>
    m.grad((y: unknown) => m.sum(m.whileLoop(() => small, m.exp, y)))(x),
  "a tensor of a whileLoop's body outside of it": () => {
    const inside = argumentOf((fn) => m.whileLoop(() => small, fn, x));
    return lowered(() => inside);
  },
  "cond by a tensor with dims": () => m.cond(m.less(x, 1), m.exp, m.tanh, x),
  "cond by a float": () => m.cond(scalar, m.exp, m.tanh, x),
  "cond by a boolean of JavaScript": () => m.cond(true, m.exp, m.tanh, x),
  "cond of a tensor for a function": () => m.cond(small, x, m.tanh, x),
  "cond whose branches differ in dims": () => m.cond(small, m.exp, m.sum, x),
  "cond whose branches differ in dtype": () =>
    m.cond(small, m.exp, (y: unknown) => m.cast(y, "int32"), x),
  "cond whose second branch gives less": () =>
    m.cond(
      small,
      () => ({ x, ids }),
      () => ({ x }),
    ),
  "cond one of whose branches gives nothing": () => m.cond(small, m.exp, () => {}, x),
  "cond of a boolean's constant": () => m.cond(m.constant(false, [], "bool"), m.exp, m.tanh, x),
  "fill with a boolean": () => m.fill([batch], true, "bool"),
  "broadcast to dims in an array": () => m.broadcast(m.zeros([embd]), [batch, heads]),
  "whileLoop that carries a number": () =>
    m.whileLoop(
      ({ i }: { i: unknown }) => m.greater(i, 0),
      (state: unknown) => state,
      { x, i: 3 },
    ),
  "scan without what it goes along": () =>
    m.scan(batch, (carry: unknown) => [carry, carry], scalar),
  "dynamicSlice from a position of each element": () =>
    m.dynamicSlice(x, "batch", m.fill([batch], 0, "int32"), 2),
  "dynamicUpdate shorter along another dim": () =>
    m.dynamicUpdate(
      x,
      m.zeros([m.dimension("batch", 2), embd]),
      "embd",
      m.constant(0, [], "int32"),
    ),
  "withLayout with an axis twice for one dim": () => m.withLayout(x, { batch: ["x", "x"] }),
  "a rule with an axis twice": () =>
    m.defineLayout({ dims, mesh, rules: { batch: ["data", "data"] } }),
  "an int8 without scales": () => m.placeholder([batch, embd], { rest: { dtype: "int8" } }),
  "explain of a program": () => m.explain(lowered((y: unknown) => y).program),
  "reversible layers of two kinds of streams": () => m.reversible([m.exp], x, narrow),
  "a schedule for sgd": () => m.sgd({ x }, { x }, { rate: m.schedule({ rate: 1 }) }),
};

/** The error's text, without the numbers of this file's lines. */
function messageOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof MtfError)
      return error.message.replace(/errors\.test\.ts:\d+/g, "errors.test.ts:0");
    throw error;
  }
  return "nothing was thrown";
}

describe("misuse is answered", () => {
  it("with what happened, where, and what to write", async () => {
    const text = Object.entries(wrong).map(([name, fn]) => `# ${name}\n${messageOf(fn)}\n`);
    await expect(text.join("\n")).toMatchFileSnapshot("./errors.test.txt");
  });

  it("with facts to branch on", () => {
    try {
      m.sum(x, "embed");
    } catch (error) {
      const { code, details } = error as MtfError;
      expect([code, details.dim, details.dims]).toEqual([
        "missing-dim",
        "embed",
        ["batch", "embd"],
      ]);
    }
  });

  it("on the user's line", () => {
    expect(() => m.sum(x, "embed")).toThrow(
      /made at errors\.test\.ts:\d+\n.*at +errors\.test\.ts:\d+/,
    );
  });
});
