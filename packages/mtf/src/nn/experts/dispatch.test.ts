import { expect, it } from "vitest";
import * as mtf from "../../index.ts";
import * as layers from "../../nn.ts";
import { close, dims, drawn, given } from "../testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];

const { batch, length, embd, heads, hidden } = dims;
const places = mtf.dimension("place", 5);

it("what dispatch sends and weighs is what a mixture of experts does", async () => {
  const [router, up, down] = [
    drawn(embd, heads),
    drawn(heads, embd, hidden),
    drawn(heads, hidden, embd),
  ];
  const inputs = [drawn(batch, length, embd), router, up, down];
  const mixture = (x: never, r: never, u: never, d: never) =>
    nn.mixtureOfExperts(
      x,
      { router: r, up: u, down: d },
      { ...{ router: nn.top2Router(), tokens: "length", places } },
    ).output;
  const dense = (x: never, r: never, u: never, d: never) => {
    const gating = { logits: m.contract(x, r, "embd"), tokens: length, experts: heads, places };
    const { sent, weighted } = nn.dispatch(nn.top2Router(), gating);
    const there = m.einsum(x, sent, "batch", "heads", "place", "embd");
    const inner = nn.denseEach(there, { weight: u }, ["heads"], m.relu);
    const made = nn.denseEach(inner, { weight: d }, ["heads"]);
    return m.einsum(made, weighted, "batch", "length", "embd");
  };
  close(await given(dense, inputs), await given(mixture, inputs));
});

it("dispatch wants places", () => {
  const logits = mtf.placeholder([length, heads]);
  expect(() => nn.dispatch(nn.switchRouter(), { logits, tokens: length, experts: heads })).toThrow(
    "'gating.places' says how many there are",
  );
});
