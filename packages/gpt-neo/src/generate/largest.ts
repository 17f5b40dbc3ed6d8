/**
 * The value that `count - 1` others are before, from the largest on.
 *
 * @param count from 1 to how many values there are
 * @example
 * kthLargest([3, 1, 2], 2); // 2
 */
export function kthLargest(values: ArrayLike<number>, count: number): number {
  const left = new Float64Array(values);
  const wanted = left.length - count;
  let [low, high] = [0, left.length - 1];
  while (low < high) {
    const pivot = left[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (left[i]! < pivot) i++;
      while (left[j]! > pivot) j--;
      if (i > j) break;
      [left[i], left[j]] = [left[j]!, left[i]!];
      i++;
      j--;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return left[wanted]!;
}

/**
 * Where the largest values are, from the largest on; of equal ones the first comes first.
 *
 * @example
 * placesOfLargest([3, 1, 2], 2); // [0, 2]
 */
export function placesOfLargest(values: ArrayLike<number>, count: number): readonly number[] {
  if (count === 0 || values.length === 0) return [];
  const least = kthLargest(values, Math.min(count, values.length));
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i]! >= least) places.push(i);
  return places.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/** Where the largest value is; of equal ones the first. */
export function placeOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
