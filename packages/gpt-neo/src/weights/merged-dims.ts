// Several dims of a parameter may be one in files: [heads, kv] is, the first slowest.

interface Range {
  readonly begin: number;
  readonly size: number;
}

/** Where the elements of a part of several dims are in the one that they are in files, in order. */
export function placesIn(sizes: readonly number[], part: readonly Range[]): readonly number[] {
  return sizes.reduce<readonly number[]>(
    (places, size, i) => {
      const { begin, size: count } = part[i]!;
      return places.flatMap((at) => Array.from({ length: count }, (_, k) => at * size + begin + k));
    },
    [0],
  );
}

/** The range from the first place to the last. */
export function covering(places: readonly number[]): Range {
  const first = places[0] ?? 0;
  return { begin: first, size: (places.at(-1) ?? -1) - first + 1 };
}

/** Of the numbers of a box, those at these places of each dim. */
export function taken(
  numbers: Float32Array,
  box: readonly Range[],
  places: readonly (readonly number[])[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(places.reduce((n, { length }) => n * length, 1));
  const steps = box.map((_, i) => box.slice(i + 1).reduce((n, { size }) => n * size, 1));
  let next = 0;
  const take = (dim: number, offset: number): void => {
    if (dim === box.length) {
      result[next++] = numbers[offset]!;
      return;
    }
    const { begin } = box[dim]!;
    for (const place of places[dim]!) take(dim + 1, offset + (place - begin) * steps[dim]!);
  };
  take(0, 0);
  return result;
}

/** The smallest part of several dims that has a range of the one that they are in files. */
export function partAround(sizes: readonly number[], { begin, size }: Range): readonly Range[] {
  if (sizes.length === 1) return [{ begin, size }];
  const inner = sizes.slice(1).reduce((n, one) => n * one, 1);
  const first = Math.floor(begin / inner);
  const count = Math.ceil((begin + size) / inner) - first;
  const outer = { begin: first, size: count };
  if (count === 1)
    return [outer, ...partAround(sizes.slice(1), { begin: begin - first * inner, size })];
  return [outer, ...sizes.slice(1).map((whole) => ({ begin: 0, size: whole }))];
}
