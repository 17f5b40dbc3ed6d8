import { expect, test } from "vitest";
import type { DType, HostArray } from "../../../dtype.ts";
import { mailbox } from "../../testing/mailbox.ts";
import { accumulating } from "./accumulate.ts";
import type { Messages } from "./messages.ts";

/** More than is folded at once. */
const length = 40_000;
const terms = [1e8, 3.1, -1e8, 7.7].map((scale) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(i + scale)),
);

/** Messages that add in a loop of their own, and tell how much. */
function adding(): { readonly messages: Messages; readonly added: () => number } {
  let numbers = 0;
  const add = (from: HostArray, to: HostArray) => {
    numbers += from.length;
    for (let i = 0; i < to.length; i++) to[i] = to[i]! + from[i]!;
  };
  return { messages: { ...mailbox([0]), add }, added: () => numbers };
}

function folded(fn: "sum" | "max", dtype: DType, messages: Messages, from: readonly HostArray[]) {
  const total = from[0]!.slice();
  accumulating(fn, dtype, messages)(total, from.slice(1));
  return total;
}

test("messages that can add do so, term by term, with the bits of a loop", () => {
  const { messages, added } = adding();
  const sum = folded("sum", "float32", messages, terms);
  const [a, b, c, d] = terms as [Float32Array, Float32Array, Float32Array, Float32Array];
  const { fround } = Math;
  expect(sum).toEqual(a.map((x, i) => fround(fround(fround(x + b[i]!) + c[i]!) + d[i]!)));
  expect(sum).toEqual(folded("sum", "float32", mailbox([0]), terms));
  expect(added()).toBe(3 * length);
});

test("what is no sum of numbers is folded here", () => {
  const { messages, added } = adding();
  const [a, b] = terms as [Float32Array, Float32Array];
  expect(folded("max", "float32", messages, [a, b])).toEqual(a.map((x, i) => Math.max(x, b[i]!)));
  const truths = [Uint8Array.of(0, 1, 0, 1), Uint8Array.of(0, 0, 1, 1)];
  expect(folded("sum", "bool", messages, truths)).toEqual(Uint8Array.of(0, 1, 1, 1));
  expect(added()).toBe(0);
});
