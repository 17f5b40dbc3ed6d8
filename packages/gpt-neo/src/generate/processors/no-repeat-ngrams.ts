import { forbidding } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Never makes the same `size` ids in a row a second time, the prompt's included. */
export function noRepeatNgrams(size: number): Processor {
  return forbidding(({ ids }) => {
    const begin = ids.slice(ids.length - (size - 1));
    if (begin.length < size - 1) return [];
    const banned: number[] = [];
    for (let i = size - 1; i < ids.length; i++) {
      if (begin.every((id, k) => ids[i - (size - 1) + k] === id)) banned.push(ids[i]!);
    }
    return banned;
  });
}
