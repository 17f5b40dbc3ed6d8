/**
 * Numbers for sequences of integers of 32 bits, the same for the same sequence: each is that of what is
 * before its last number, and of this. The empty one's is 0.
 *
 * @example
 * const then = sequences();
 * const all = then(then(0, 7), 3); // [7, 3]
 */
export function sequences(): (before: number, last: number) => number {
  let places = newPlaces(1 << 10);
  let count = 0;
  return (before, last) => {
    if (2 * count >= places.numbers.length) places = larger(places);
    const at = placeOf(places, before, last);
    if (places.numbers[at] === 0) put(places, at, before, last, ++count);
    return places.numbers[at]!;
  };
}

/** A table of what has a number: it is looked through from where its hash says, to the next free place. */
interface Places {
  readonly before: Int32Array;
  readonly last: Int32Array;
  /** 0 where a place is free. */
  readonly numbers: Int32Array;
}

/** @param count a power of two */
function newPlaces(count: number): Places {
  const [before, last, numbers] = [0, 0, 0].map(() => new Int32Array(count));
  return { before: before!, last: last!, numbers: numbers! };
}

function placeOf(places: Places, before: number, last: number): number {
  const most = places.numbers.length - 1;
  const mixed = Math.imul(Math.imul(before, 0x9e3779b1) + last, 0x85ebca6b);
  let at = (mixed ^ (mixed >>> 15)) & most;
  while (places.numbers[at] !== 0 && !(places.before[at] === before && places.last[at] === last)) {
    at = (at + 1) & most;
  }
  return at;
}

function put(places: Places, at: number, before: number, last: number, number: number): void {
  places.before[at] = before;
  places.last[at] = last;
  places.numbers[at] = number;
}

function larger(places: Places): Places {
  const all = newPlaces(2 * places.numbers.length);
  places.numbers.forEach((number, i) => {
    if (number === 0) return;
    const [before, last] = [places.before[i]!, places.last[i]!];
    put(all, placeOf(all, before, last), before, last, number);
  });
  return all;
}
