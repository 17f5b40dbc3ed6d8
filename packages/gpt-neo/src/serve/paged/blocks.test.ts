import { expect, it } from "vitest";
import { type Blocks, blocksOf } from "./blocks.ts";
import { adopted, dropped, filled, newText } from "./text.ts";

/** A text whose ids have all been computed. */
function computed(ids: readonly number[], blocks: Blocks, owner = "") {
  const text = newText(ids, owner);
  adopted(text, blocks, 2);
  const found = text.had;
  while (text.blocks.length * 2 < ids.length) text.blocks.push(blocks.take()!);
  text.had = ids.length;
  filled(text, blocks, 2);
  return { text, found };
}

it("what is known longest without a holder is given out first, and a text from its end", () => {
  const blocks = blocksOf(5);
  const [old, young] = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ].map((ids) => computed(ids, blocks).text);
  dropped(old!, blocks);
  dropped(young!, blocks);
  expect(blocks.use()).toEqual({ held: 0, known: 4, free: 1 });
  // The one that nobody knows, and then the end of the first text.
  blocks.take();
  blocks.take();
  expect(computed([1, 2, 3, 4, 9], blocks).found).toBe(2);
});

it("a block that is held is not given out", () => {
  const blocks = blocksOf(2);
  const { text } = computed([1, 2, 3, 4], blocks);
  expect(blocks.take()).toBeUndefined();
  dropped(text, blocks);
  expect(blocks.take()).toBeDefined();
});

it("what two texts compute alike is kept once, and again for another owner", () => {
  const blocks = blocksOf(8);
  const [first, second] = [newText([1, 2, 3], "one"), newText([1, 2, 4], "one")];
  for (const text of [first, second]) {
    text.blocks.push(blocks.take()!, blocks.take()!);
    text.had = 3;
    filled(text, blocks, 2);
  }
  expect(second.blocks[0]).toBe(first.blocks[0]);
  expect(blocks.use().held).toBe(3);
  expect(computed([1, 2, 5], blocks, "other").found).toBe(0);
  expect(computed([1, 2, 5], blocks, "one").found).toBe(2);
  dropped(first, blocks);
  dropped(second, blocks);
});
