/** Values of which the first is at hand, in whatever order they come. */
export interface Heap<T> {
  push(value: T): void;
  /** Takes the first; undefined if none is left. */
  pop(): T | undefined;
}

/**
 * An empty heap.
 *
 * @param before whether `a` comes out earlier than `b`
 * @example
 * const heap = heapOf<number>((a, b) => a < b);
 * for (const value of [3, 1, 2]) heap.push(value);
 * heap.pop(); // 1
 */
export function heapOf<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const heap: T[] = [];
  return {
    push(value) {
      let at = heap.push(value) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!before(value, heap[parent]!)) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = value;
    },
    pop() {
      const top = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return top;
      let at = 0;
      for (let child = 1; child < heap.length; child = 2 * at + 1) {
        if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
        if (!before(heap[child]!, last)) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = last;
      return top;
    },
  };
}
