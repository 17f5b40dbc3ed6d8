/**
 * Moves elements from one arrangement to another: transposes, slices, pads, concatenations and
 * broadcasts; or adds them there. The description is [rank, then (size, source stride, target stride) of each dim, the
 * slowest first]; strides are in elements.
 */

/** Rows and columns of a block whose cache lines, of both sides, stay in the first-level cache. */
const BLOCK: i32 = 32;

function transpose(
  from: usize, to: usize, rows: i32, rowFrom: usize, columns: i32, columnTo: usize,
): void {
  // Source: rows apart, columns adjacent. Target: rows adjacent, columns apart.
  for (let i0: i32 = 0; i0 < rows; i0 += BLOCK) {
    const iEnd = min(rows, i0 + BLOCK);
    for (let j0: i32 = 0; j0 < columns; j0 += BLOCK) {
      const jEnd = min(columns, j0 + BLOCK);
      let i = i0;
      for (; i + 4 <= iEnd; i += 4) {
        let j = j0;
        for (; j + 4 <= jEnd; j += 4) {
          const p = from + <usize>i * rowFrom + (<usize>j << 2);
          const q = to + <usize>j * columnTo + (<usize>i << 2);
          const a = v128.load(p);
          const b = v128.load(p + rowFrom);
          const c = v128.load(p + 2 * rowFrom);
          const d = v128.load(p + 3 * rowFrom);
          const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
          const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
          const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
          const gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
          v128.store(q, v128.shuffle<i64>(ab, cd, 0, 2));
          v128.store(q + columnTo, v128.shuffle<i64>(ab, cd, 1, 3));
          v128.store(q + 2 * columnTo, v128.shuffle<i64>(ef, gh, 0, 2));
          v128.store(q + 3 * columnTo, v128.shuffle<i64>(ef, gh, 1, 3));
        }
        for (; j < jEnd; j++)
          for (let l: i32 = i; l < i + 4; l++) one(from, to, l, rowFrom, j, columnTo);
      }
      for (; i < iEnd; i++)
        for (let j: i32 = j0; j < jEnd; j++) one(from, to, i, rowFrom, j, columnTo);
    }
  }
}

@inline
function one(from: usize, to: usize, i: i32, rowFrom: usize, j: i32, columnTo: usize): void {
  store<i32>(
    to + <usize>j * columnTo + (<usize>i << 2),
    load<i32>(from + <usize>i * rowFrom + (<usize>j << 2)),
  );
}

function line<T>(from: usize, to: usize, n: i32, fromStep: usize, toStep: usize): void {
  if (toStep == sizeof<T>()) {
    if (fromStep == sizeof<T>()) {
      memory.copy(to, from, <usize>n * sizeof<T>());
      return;
    }
    if (sizeof<T>() == 4 && fromStep == 0) {
      const value = v128.load32_splat(from);
      for (; n >= 4; n -= 4) {
        v128.store(to, value);
        to += 16;
      }
    }
  }
  for (; n > 0; n--) {
    store<T>(to, load<T>(from));
    from += fromStep;
    to += toStep;
  }
}

@inline
function dimAt(description: usize, d: i32): usize {
  return description + 4 + <usize>d * 12;
}

@unmanaged class Put {
  @inline line<T>(from: usize, to: usize, n: i32, fromStep: usize, toStep: usize): void {
    line<T>(from, to, n, fromStep, toStep);
  }
}

@unmanaged class Add {
  line<T>(from: usize, to: usize, n: i32, fromStep: usize, toStep: usize): void {
    if (toStep == sizeof<T>() && fromStep == sizeof<T>()) {
      for (; n >= 4; n -= 4) {
        v128.store(to, v128.add<T>(v128.load(to), v128.load(from)));
        from += 16;
        to += 16;
      }
    }
    for (; n > 0; n--) {
      store<T>(to, load<T>(to) + load<T>(from));
      from += fromStep;
      to += toStep;
    }
  }
}

function every<T, Does>(description: usize, from: usize, to: usize, tiled: i32): void {
  const rank = load<i32>(description);
  const loops = rank - 1 - tiled;
  let turns: i32 = 1;
  for (let d: i32 = 0; d < loops; d++) turns *= load<i32>(dimAt(description, d));
  const last = dimAt(description, rank - 1);
  for (let turn: i32 = 0; turn < turns; turn++) {
    let p = from;
    let q = to;
    let rest = turn;
    for (let d = loops - 1; d >= 0; d--) {
      const dim = dimAt(description, d);
      const size = load<i32>(dim);
      const i = rest % size;
      rest = rest / size;
      p += <usize>(i * load<i32>(dim, 4)) * sizeof<T>();
      q += <usize>(i * load<i32>(dim, 8)) * sizeof<T>();
    }
    if (tiled) {
      const before = dimAt(description, rank - 2);
      transpose(
        p, q,
        load<i32>(last), <usize>load<i32>(last, 4) << 2,
        load<i32>(before), <usize>load<i32>(before, 8) << 2,
      );
    } else {
      changetype<Does>(0).line<T>(
        p, q, load<i32>(last),
        <usize>load<i32>(last, 4) * sizeof<T>(),
        <usize>load<i32>(last, 8) * sizeof<T>(),
      );
    }
  }
}

/** `tiled`: the last dim is adjacent in the target and the one before it in the source. */
export function copyWords(description: usize, from: usize, to: usize, tiled: i32): void {
  every<i32, Put>(description, from, to, tiled);
}

export function copyBytes(description: usize, from: usize, to: usize): void {
  every<u8, Put>(description, from, to, 0);
}

/** Adds each element to what is there. */
export function addFloats(description: usize, from: usize, to: usize): void {
  every<f32, Add>(description, from, to, 0);
}
