/**
 * Takes rows out of a table by their indices, adds rows to one, and puts them there.
 *
 * Description: [rank, first row held here, rows held here, elements from row to row, then (size,
 * table stride, index stride, row stride) of each dim, the slowest first]. All elements of the last
 * dim belong to one index.
 */

@inline
function dimAt(description: usize, d: i32): usize {
  return description + 16 + (<usize>d << 4);
}

function each<Does>(description: usize, table: usize, indices: usize, rows: usize): void {
  const outer = load<i32>(description) - 1;
  const begin = load<i32>(description, 4);
  const held = load<i32>(description, 8);
  const apart = load<i32>(description, 12);
  let turns: i32 = 1;
  for (let d: i32 = 0; d < outer; d++) turns *= load<i32>(dimAt(description, d));
  const last = dimAt(description, outer);
  const n = load<i32>(last);
  const tableStep = <usize>load<i32>(last, 4) << 2;
  const rowStep = <usize>load<i32>(last, 12) << 2;
  for (let turn: i32 = 0; turn < turns; turn++) {
    let rest = turn;
    let t: i32 = 0, i: i32 = 0, r: i32 = 0;
    for (let d = outer - 1; d >= 0; d--) {
      const dim = dimAt(description, d);
      const size = load<i32>(dim);
      const at = rest % size;
      rest = rest / size;
      t += at * load<i32>(dim, 4);
      i += at * load<i32>(dim, 8);
      r += at * load<i32>(dim, 12);
    }
    const row = load<i32>(indices + (<usize>i << 2)) - begin;
    const inside = row >= 0 && row < held;
    const p = table + (<usize>(t + row * apart) << 2);
    const q = rows + (<usize>r << 2);
    changetype<Does>(0).row(p, q, n, tableStep, rowStep, inside);
  }
}

@unmanaged class Take {
  @inline row(
    from: usize, to: usize, n: i32, fromStep: usize, toStep: usize, inside: bool,
  ): void {
    if (toStep == 4 && !inside) memory.fill(to, 0, <usize>n << 2);
    else if (inside) copy(from, to, n, fromStep, toStep);
    else {
      for (; n > 0; n--) {
        store<i32>(to, 0);
        to += toStep;
      }
    }
  }
}

@unmanaged class Put {
  @inline row(
    to: usize, from: usize, n: i32, toStep: usize, fromStep: usize, inside: bool,
  ): void {
    if (inside) copy(from, to, n, fromStep, toStep);
  }
}

@unmanaged class Add {
  @inline row(
    to: usize, from: usize, n: i32, toStep: usize, fromStep: usize, inside: bool,
  ): void {
    if (inside) add(to, from, n, toStep, fromStep);
  }
}

@inline
function copy(from: usize, to: usize, n: i32, fromStep: usize, toStep: usize): void {
  if (toStep == 4 && fromStep == 4) memory.copy(to, from, <usize>n << 2);
  else {
    for (; n > 0; n--) {
      store<i32>(to, load<i32>(from));
      from += fromStep;
      to += toStep;
    }
  }
}

@inline
function add(to: usize, from: usize, n: i32, toStep: usize, fromStep: usize): void {
  if (toStep == 4 && fromStep == 4) {
    for (; n >= 4; n -= 4) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
      to += 16;
      from += 16;
    }
  }
  for (; n > 0; n--) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    to += toStep;
    from += fromStep;
  }
}

export function takeRows(description: usize, table: usize, indices: usize, rows: usize): void {
  each<Take>(description, table, indices, rows);
}

export function addRows(description: usize, table: usize, indices: usize, rows: usize): void {
  each<Add>(description, table, indices, rows);
}

export function putRows(description: usize, table: usize, indices: usize, rows: usize): void {
  each<Put>(description, table, indices, rows);
}
