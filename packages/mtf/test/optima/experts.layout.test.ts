import { describe, expect, it } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  type LayoutRules,
  ledger,
  lower,
  mean,
  type Program,
  placeholder,
  relu,
  type Scalar,
  softmax,
  square,
  type Tensor,
  valueAndGrad,
  withLayout,
} from "../../src/index.ts";
import { summary } from "./collectives.ts";

// A mixture of experts as Mesh-TensorFlow writes it: a mask sends the tokens of each group to the
// places that each expert has for them, and another brings back what the experts made of them.

const dims = defineDims({ group: 8, token: 128, embd: 256, ff: 1024, expert: 8, capacity: 32 });
const { group, token, embd, ff, expert, capacity } = dims;

type Places = Tensor<"group" | "token" | "capacity">;
type Tokens = Tensor<"group" | "token" | "embd">;
type Sent = Tensor<"group" | "expert" | "capacity" | "embd">;

interface Params {
  readonly router: Tensor<"embd" | "expert">;
  readonly up: Tensor<"expert" | "embd" | "ff">;
  readonly down: Tensor<"expert" | "ff" | "embd">;
}

type Pin = (sent: Sent) => Sent;

const layer =
  (pin: Pin) =>
  ({ router, up, down }: Params, x: Tokens, places: Places): Tokens => {
    const gates = softmax(einsum(x, router, "group", "token", "expert"), "expert");
    const mask = einsum(gates, places, "group", "token", "expert", "capacity");
    const sent = pin(einsum(x, mask, "group", "expert", "capacity", "embd"));
    const inner = relu(einsum(sent, up, "group", "expert", "capacity", "ff"));
    const made = einsum(inner, down, "group", "expert", "capacity", "embd");
    return einsum(made, mask, "group", "token", "embd");
  };

const unpinned = layer((sent) => sent);
const loss = (params: Params, x: Tokens, places: Places): Scalar =>
  mean(square(unpinned(params, x, places)));

const inputs = [
  {
    router: placeholder([embd, expert]),
    up: placeholder([expert, embd, ff]),
    down: placeholder([expert, ff, embd]),
  },
  placeholder([group, token, embd]),
  placeholder([group, token, capacity]),
] as const;

function program(
  fn: (params: Params, x: Tokens, places: Places) => unknown,
  rules: LayoutRules<keyof typeof dims>,
  mesh = "model:4",
): Program {
  const layout = defineLayout<keyof typeof dims, string>({ dims, mesh: defineMesh(mesh), rules });
  return lower(fn, { layout, inputs }).program;
}

const groupFirst = { group: "model", expert: "model" };
const expertFirst = { expert: "model", group: "model" };

describe("the layout of a mixture of experts", () => {
  it("one all-to-all there and one back, forward and backward", () => {
    expect(summary(program(unpinned, groupFirst))).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [embd=256, expert=8] 24,576 B einsum
      2 x forward all-to-all(model) [group=8, expert=8, capacity=32, embd=256] 1,572,864 B einsum
      moved 3,170,304 B, held 7,374,848 B"
    `);
    expect(summary(program(valueAndGrad(loss), groupFirst))).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [embd=256, expert=8] 24,576 B einsum
      2 x forward all-to-all(model) [group=8, expert=8, capacity=32, embd=256] 1,572,864 B einsum
      2 x backward all-to-all(model) [group=8, expert=8, capacity=32, embd=256] 1,572,864 B einsum
      1 x forward all-reduce(model) [] 24 B sum
      1 x backward reduce-scatter(model) [embd=256, expert=8] 24,576 B einsum
      moved 6,340,632 B, held 14,198,788 B"
    `);
  });

  it("is the same whichever dim comes first", () => {
    for (const fn of [unpinned, valueAndGrad(loss)]) {
      expect(summary(program(fn, expertFirst))).toBe(summary(program(fn, groupFirst)));
    }
  });

  it("is the same where withLayout says it", () => {
    const pinned = layer((sent) => withLayout(sent, { expert: "model", group: [] }));
    for (const rules of [groupFirst, expertFirst]) {
      expect(ledger(program(pinned, rules)).bytes).toBe(ledger(program(unpinned, rules)).bytes);
    }
  });

  it("with the experts' layers split over another axis", () => {
    const both = program(unpinned, { ...groupFirst, ff: "inner" }, "model:4,inner:2");
    expect(summary(both)).toMatchInlineSnapshot(`
      "1 x forward all-gather(model) [embd=256, expert=8] 49,152 B einsum
      1 x forward exchange(model+inner) [group=8, expert=8, capacity=32, embd=256] 3,670,016 B einsum
      1 x forward reduce-scatter(inner) [group=8, expert=8, capacity=32, embd=256] 2,097,152 B einsum
      1 x forward all-to-all(model) [group=8, expert=8, capacity=32, embd=256] 1,572,864 B einsum
      1 x forward all-gather(inner) [group=8, token=128, embd=256] 1,048,576 B einsum
      moved 8,437,760 B, held 4,229,120 B"
    `);
  });

  it("over two axes, in whichever order the dims are written", () => {
    const orders: readonly LayoutRules<keyof typeof dims>[] = [
      { group: "data", expert: "data", ff: "model" },
      { group: "data", ff: "model", expert: "data" },
      { expert: "data", group: "data", ff: "model" },
      { expert: "data", ff: "model", group: "data" },
      { ff: "model", group: "data", expert: "data" },
      { ff: "model", expert: "data", group: "data" },
    ];
    for (const fn of [unpinned, valueAndGrad(loss)]) {
      const found = orders.map((rules) => summary(program(fn, rules, "data:2,model:2")));
      expect([...new Set(found)]).toHaveLength(1);
    }
    const trained = program(valueAndGrad(loss), orders[0]!, "data:2,model:2");
    expect(summary(trained)).toMatchInlineSnapshot(`
      "1 x forward exchange(data) [group=8, token=128, embd=256] 1,048,576 B einsum
      1 x forward all-to-all(model+data) [group=8, token=128, expert=8] 24,576 B max
      1 x forward all-to-all(data+model) [group=8, token=128, expert=8] 24,576 B einsum
      1 x forward exchange(data) [group=8, token=128, capacity=32] 131,072 B einsum
      1 x forward all-gather(model) [group=8, expert=8, capacity=32, embd=256] 2,097,152 B einsum
      1 x forward reduce-scatter(model) [group=8, expert=8, capacity=32, embd=256] 2,097,152 B einsum
      1 x forward reduce-scatter(data) [group=8, token=128, embd=256] 1,048,576 B einsum
      1 x forward all-reduce(data+model) [] 24 B sum
      1 x backward all-gather(data) [group=8, token=128, embd=256] 1,048,576 B einsum
      1 x backward all-gather(model) [group=8, expert=8, capacity=32, embd=256] 2,097,152 B einsum
      1 x backward reduce-scatter(model) [group=8, expert=8, capacity=32, embd=256] 2,097,152 B einsum
      1 x backward all-reduce(data) [group=8, token=128] 8,192 B sum
      1 x backward all-reduce(model) [embd=256, expert=8] 16,384 B einsum
      moved 11,739,160 B, held 16,134,148 B"
    `);
  });
});
