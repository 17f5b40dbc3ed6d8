import { expect, test } from "vitest";
import {
  accumulate,
  add,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  gather,
  lower,
  memoryPlan,
  type Program,
  placeholder,
  printProgram,
  scatterAdd,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  valueAndGrad,
} from "../index.ts";
import { simulator } from "../simulator.ts";

const dims = defineDims({ batch: 4, vocab: 64, embd: 8 });
const { batch, vocab, embd } = dims;
type Table = Tensor<"vocab" | "embd">;
type Ids = Tensor<"batch", "int32">;
const table = placeholder([vocab, embd]);
const ids = placeholder([batch], "int32");

/** What ties both ends of a language model. */
const loss = (tied: Table, tokens: Ids, labels: Ids) => {
  const logits = einsum(gather(tied, tokens, "vocab"), tied, "batch", "vocab");
  return sum(softmaxCrossEntropy(logits, labels, "vocab"));
};
const gradient = (tied: Table, tokens: Ids, labels: Ids) =>
  valueAndGrad((own: Table) => loss(own, tokens, labels))(tied)[1];

const on = (axes: string, rules: object = {}) =>
  defineLayout<string, string>({
    dims: { ...dims },
    mesh: defineMesh(axes),
    rules: rules as never,
  });
const text = (program: Program) => printProgram(program).replace(/ +\S+\.ts:\d+( backward)?/g, "");
const kindsOf = ({ instructions }: Program) =>
  instructions.flatMap((i) => (i.kind === "compute" ? [i.op.kind] : []));

test("the gradient of a tied table is scattered into what the product made", () => {
  const inputs = [table, ids, ids] as const;
  const { program } = lower(gradient, { layout: on("one:1"), inputs });
  expect(text(program)).toMatchInlineSnapshot(`
    "program on mesh one:1
      %0 f32[vocab=64, embd=8] = input 0
      %1 i32[batch=4] = input 1
      %2 i32[batch=4] = input 2
      %3 f32[batch=4, embd=8] = gather(%0, %1, dim=vocab)
      %4 f32[batch=4, vocab=64] = einsum(%3, %0)
      %5 f32[batch=4], %6 f32[batch=4], %7 f32[batch=4] = crossEntropy(%4, %2, over=vocab)
      %8 f32[] = fill(value=1)
      %9 f32[batch=4] = broadcast(%8)
      %10 f32[batch=4] = fill(value=0)
      %11 f32[batch=4, vocab=64] = crossEntropyGrad(%4, %2, %6, %7, %9, %10, over=vocab)
      %12 f32[batch=4, embd=8] = einsum(%11, %0)
      %13 f32[vocab=64, embd=8] = einsum(%3, %11)
      %14 f32[vocab=64, embd=8] = scatterOnto(%13, %12, %1, dim=vocab)
      output  = %14"
  `);
});

test("and so where what both ends give is owed", () => {
  const inputs = [table, ids, ids] as const;
  const { program } = lower(gradient, { layout: on("data:2", { batch: "data" }), inputs });
  const kinds = kindsOf(program);
  expect(kinds).toContain("scatterOnto");
  expect(kinds).not.toContain("scatterAdd");
});

test("a table that is given up is added to where it lies", () => {
  const fn = (x: Table, rows: Tensor<"batch" | "embd">, at: Ids) =>
    add(x, scatterAdd(rows, at, vocab));
  const inputs = [table, placeholder([batch, embd]), ids] as const;
  const planned = (donate: readonly number[]) =>
    memoryPlan(lower(fn, { layout: on("one:1"), inputs, donate: donate as never }).program)
      .peakBytes;
  expect(planned([]) - planned([0])).toBe(4 * vocab.size * embd.size);
});

test.each<[string, Parameters<typeof lower>[0]]>([
  [
    "what reads the scattered rows by themselves, too",
    ((x: Table, rows: Tensor<"batch" | "embd">, at: Ids) => {
      const scattered = scatterAdd(rows, at, vocab);
      return [add(x, scattered), scattered];
    }) as never,
  ],
  [
    "a sum in another order of dims",
    ((x: Tensor<"embd" | "vocab">, rows: Tensor<"batch" | "embd">, at: Ids) =>
      add(x, scatterAdd(rows, at, vocab))) as never,
  ],
])("%s leaves both ops as they are", (name, fn) => {
  const given = name.includes("order") ? placeholder([embd, vocab]) : table;
  const inputs = [given, placeholder([batch, embd]), ids];
  const { program } = lower(fn, { layout: on("one:1"), inputs } as never);
  expect(kindsOf(program)).toContain("scatterAdd");
});

test("a device that has no rows keeps what it adds to", async () => {
  const one = dimension("batch", 1);
  const inputs = [table, placeholder([one], "int32"), placeholder([one], "int32")] as const;
  const numbers = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i));
  const gradients = await Promise.all(
    ["data:1", "data:2"].map(async (axes) => {
      const mesh = defineMesh(axes);
      const devices = await simulator(mesh, { backend: "wasm" });
      const layout = defineLayout<string, string>({
        dims: { ...dims, batch: one },
        mesh,
        rules: { batch: "data" },
      });
      const lowered = lower(gradient, { layout, inputs });
      expect(kindsOf(lowered.program)).toContain("scatterOnto");
      const run = await devices.load(lowered);
      const made = await (await run(numbers, Int32Array.of(5), Int32Array.of(9))).read();
      await devices.close();
      return made;
    }),
  );
  expect(gradients[1]).toEqual(gradients[0]);
});

test("rows are added in every round of a region", async () => {
  const part = dimension("part", 3);
  const summed = (tied: Table, tokens: Tensor<"part" | "batch", "int32">) =>
    accumulate(part, (own: Ids) => gradient(tied, own, own), tokens);
  const inputs = [table, placeholder([part, batch], "int32")] as const;
  const lowered = lower(summed, { layout: on("data:2", { batch: "data" }), inputs });
  expect(text(lowered.program)).toContain("scatterOnto");
  const tokens = Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 64);
  const numbers = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i));
  const whole = await simulator(defineMesh("data:2"));
  const made = await (await whole.load(lowered))(numbers, tokens);
  const once = lower(
    (tied: Table, at: Tensor<"all", "int32">) =>
      valueAndGrad((own: Table) => {
        const logits = einsum(gather(own, at, "vocab"), own, "all", "vocab");
        return sum(softmaxCrossEntropy(logits, at, "vocab"));
      })(tied)[1],
    { layout: on("data:2"), inputs: [table, placeholder([dimension("all", 12)], "int32")] },
  );
  const expected = await (await whole.load(once))(numbers, tokens);
  const [a, b] = [await made.read(), await expected.read()];
  for (const [i, x] of a.entries()) expect(x).toBeCloseTo(b[i]!, 5);
  await whole.close();
});
