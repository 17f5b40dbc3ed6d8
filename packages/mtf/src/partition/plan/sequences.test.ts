import { expect, it } from "vitest";
import { sequences } from "./sequences.ts";

it("gives the same number to the same sequence and to no other", () => {
  const then = sequences();
  const numbers = new Map<string, Set<number>>();
  // More than there is room for at first, and each twice.
  for (let i = 0; i < 6000; i++) {
    const k = i % 3000;
    let number = 0;
    let text = "";
    for (const last of [k % 7, -1, (k * 7919) % 1000, k >> 5]) {
      number = then(number, last);
      text += ` ${last}`;
      numbers.set(text, (numbers.get(text) ?? new Set()).add(number));
    }
  }
  const all = [...numbers.values()].flatMap((own) => [...own]);
  expect(all.length).toBe(numbers.size);
  expect(new Set(all).size).toBe(numbers.size);
  expect(numbers.size).toBeGreaterThan(3000);
});
