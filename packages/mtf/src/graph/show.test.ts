import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { defineDims, einsum, grad, lessEqual, mean, placeholder, relu } from "../index.ts";

const { batch, pixel, hidden } = defineDims({ batch: 64, pixel: 256, hidden: 128 });
const x = placeholder([batch, pixel]);
const h = relu(einsum(x, placeholder([pixel, hidden]), "batch", "hidden"));
const line = "show.test.ts:7";

describe("a traced tensor", () => {
  it("prints as one line, wherever it is printed", () => {
    const text = `Tensor f32[batch=64, hidden=128] (relu ${line})`;
    expect(inspect(h)).toBe(text);
    expect(inspect({ params: [h] })).toBe(`{ params: [ ${text} ] }`);
    expect(String(h)).toBe(text);
    expect(`${h}`).toBe(text);
    expect(JSON.stringify({ h })).toBe(JSON.stringify({ h: text }));
  });

  it("says what it is when it is given, a scalar, or of another dtype", () => {
    expect(String(x)).toBe("Tensor f32[batch=64, pixel=256] (input show.test.ts:6)");
    expect(String(mean(h))).toMatch(/^Tensor f32\[\] \(mul /);
    expect(String(lessEqual(h, 0))).toMatch(/^Tensor bool\[batch=64, hidden=128\] \(lessEqual /);
  });

  it("prints so inside a function whose gradient is taken", () => {
    let seen = "";
    grad((p: typeof h) => {
      seen = inspect(p);
      return mean(p);
    })(h);
    expect(seen).toBe(`Tensor f32[batch=64, hidden=128] (relu ${line})`);
  });

  it.each<[string, (n: number) => unknown]>([
    ["x > 0 ? …", (n) => (n > 0 ? 1 : 2)],
    ["+x", (n) => +n],
    ["x * 2", (n) => n * 2],
    ["Math.max(x, 0)", (n) => Math.max(n, 0)],
  ])("is no number: %s", (_, use) => {
    const error = thrownBy(() => use(h as never));
    expect(error.replaceAll(/show\.test\.ts:\d+/g, "L")).toMatchInlineSnapshot(`
      "[not-a-number] a tensor has no numbers while a function is traced, so JavaScript cannot calculate with it.
        tensor  Tensor f32[batch=64, hidden=128] (relu L)
        at      L
        try     where(greater(x, 0), a, b) for x > 0 ? a : b
        try     mul(x, 2) for x * 2"
    `);
  });

  it.each<[string, (n: number) => unknown]>([
    ["x + 1", (n) => n + 1],
    // biome-ignore lint/suspicious/noDoubleEquals: it is what is tested
    ["x == 1", (n) => n == 1],
  ])("is no number: %s", (_, use) => {
    const error = thrownBy(() => use(h as never));
    expect(error.replaceAll(/show\.test\.ts:\d+/g, "L")).toMatchInlineSnapshot(`
      "[not-a-number] a tensor has no numbers while a function is traced, so JavaScript cannot calculate with it.
        tensor  Tensor f32[batch=64, hidden=128] (relu L)
        at      L
        try     add(x, 1) for x + 1
        try     equal(x, 1) for x == 1
        try     \${x} in a template to print it"
    `);
  });
});

function thrownBy(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}
