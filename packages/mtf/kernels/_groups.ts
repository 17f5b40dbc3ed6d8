/**
 * A group of dims in the description: [rank, then (size, stride, stride, stride) of each dim, the
 * slowest first]. The strides of rows are A's and C's, of columns B's and C's, of depths A's and
 * B's, of batches all three; in elements.
 */
export const FIRST: usize = 0;
export const SECOND: usize = 4;
export const THIRD: usize = 8;

@inline
export function offset(group: usize, index: i32, which: usize): i32 {
  const rank = load<i32>(group);
  if (rank == 1) return index * load<i32>(group + 8 + which);
  let sum: i32 = 0;
  for (let d = rank - 1; d >= 0; d--) {
    const dim = group + 4 + (<usize>d << 4);
    const size = load<i32>(dim);
    sum += (index % size) * load<i32>(dim + 4 + which);
    index = index / size;
  }
  return sum;
}

@inline
export function sizeOf(group: usize): i32 {
  let size: i32 = 1;
  for (let d = load<i32>(group) - 1; d >= 0; d--) size *= load<i32>(group + 4 + (<usize>d << 4));
  return size;
}

@inline
export function next(group: usize): usize {
  return group + 4 + (<usize>load<i32>(group) << 4);
}

/** How many indices from `index` on are one stride apart: the rest of the innermost dim. */
@inline
export function run(group: usize, index: i32, most: i32): i32 {
  const rank = load<i32>(group);
  if (rank < 2) return most;
  const size = load<i32>(group + 4 + (<usize>(rank - 1) << 4));
  return min(most, size - (index % size));
}

/** How many elements lie between those of neighbouring indices. */
@inline
export function innerStride(group: usize, which: usize): i32 {
  const rank = load<i32>(group);
  return rank == 0 ? 0 : load<i32>(group + 8 + (<usize>(rank - 1) << 4) + which);
}
