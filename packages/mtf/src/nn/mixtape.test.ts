import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];
type Ten = mtf.AnyTensor;

const { length, embd, hidden, vocab, kv } = dims;
const [part, choice] = [mtf.dimension("part", 4), mtf.dimension("choice", 3)];

/** Its logits, and the gates that are sums of products of choices, of so many frequent words. */
async function both(frequent: number) {
  const few = mtf.dimension("vocab", frequent);
  const inputs = [
    drawn(length, embd),
    ...[drawn(part, hidden, embd), drawn(part, hidden), drawn(vocab, hidden)],
    ...[drawn(choice, embd), drawn(choice, kv, embd), drawn(choice, kv)],
    ...[drawn(few, kv), drawn(few, choice)],
  ];
  const names = { features: "embd", parts: "part", choices: "choice", over: "vocab" };
  const mixed = (x: Ten, c: Ten, cb: Ten, v: Ten, s: Ten, o: Ten, ob: Ten, w: Ten, wb: Ten) =>
    nn.mixtape(
      x,
      {
        context: { weight: c, bias: cb },
        classes: { weight: v },
        shared: { weight: s },
        own: { weight: o, bias: ob },
        words: { weight: w, bias: wb },
      },
      names,
    );
  const found = await given(mixed as never, inputs);
  const part_ = (x: Ten, c: Ten, cb: Ten, v: Ten) =>
    m.einsum(
      m.tanh(m.add(m.einsum(x, c, "length", "part", "hidden"), cb)),
      v,
      "length",
      "part",
      "vocab",
    );
  const shared = (x: Ten, s: Ten) => m.einsum(x, s, "length", "choice");
  const own = (x: Ten, o: Ten, ob: Ten, w: Ten, wb: Ten) =>
    m.einsum(
      [
        m.add(
          m.einsum(
            m.tanh(m.add(m.einsum(x, o, "length", "choice", "kv"), ob)),
            w,
            "length",
            "vocab",
            "choice",
          ),
          wb,
        ),
      ],
      ["length", "vocab", "choice"],
    );
  const [x, c, cb, v, s, o, ob, w, wb] = inputs;
  return {
    found,
    logits: await given(part_ as never, [x!, c!, cb!, v!]),
    shared: await given(shared as never, [x!, s!]),
    own: await given(own as never, [x!, o!, ob!, w!, wb!]),
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

it.each([2, 5])(
  "mixtape weighs four products by a tree of choices, %d words frequent",
  async (few) => {
    const { found, logits, shared, own } = await both(few);
    const wanted = Array.from({ length: length.size * vocab.size }, (_, n) => {
      const [at, word] = [Math.floor(n / vocab.size), n % vocab.size];
      const [a, b, c] = [0, 1, 2].map((i) => {
        const more = word < few ? own[(at * few + word) * 3 + i]! : 0;
        return sigmoid(shared[3 * at + i]! + more);
      }) as [number, number, number];
      const gates = [a * b, a * (1 - b), (1 - a) * c, (1 - a) * (1 - c)];
      return gates.reduce((n, g, i) => n + g * logits[(at * 4 + i) * vocab.size + word]!, 0);
    });
    close(found, wanted);
  },
);

it("mixtape has four parts and three choices", () => {
  const of = (...own: mtf.Dimension[]) => ({ weight: mtf.placeholder(own) });
  const weights = {
    context: of(mtf.dimension("part", 3), hidden, embd),
    classes: of(vocab, hidden),
    shared: of(choice, embd),
    own: of(choice, kv, embd),
    words: of(vocab, kv),
  };
  const names = { features: "embd", parts: "part", choices: "choice", over: "vocab" };
  expect(() => nn.mixtape(mtf.placeholder([length, embd]), weights, names)).toThrow(
    "'part' is 3 long, and is to be 4",
  );
});
