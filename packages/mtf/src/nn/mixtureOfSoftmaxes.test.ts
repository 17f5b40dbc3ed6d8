import { it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];

const { length, embd, hidden, heads, vocab } = dims;

it("a mixture of softmaxes is the log of their mean", async () => {
  const inputs = [
    drawn(length, embd),
    drawn(heads, embd),
    drawn(heads, hidden, embd),
    drawn(vocab, hidden),
    drawn(vocab),
  ];
  const mixture = (x: never, prior: never, context: never, classes: never, bias: never) =>
    m.exp(
      nn.mixtureOfSoftmaxes(
        x,
        {
          prior: { weight: prior },
          context: { weight: context },
          classes: { weight: classes, bias },
        },
        "heads",
        "vocab",
      ),
    );
  const mean = (x: never, prior: never, context: never, classes: never, bias: never) => {
    const each = m.softmax(nn.linear(m.tanh(nn.linear(x, context)), classes, bias), "vocab");
    return m.einsum(each, m.softmax(nn.linear(x, prior), "heads"), "length", "vocab");
  };
  close(await given(mixture, inputs), await given(mean, inputs));
});
