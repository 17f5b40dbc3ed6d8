import { elements } from "../../dimension.ts";
import type { Law } from "./law.ts";
import { anything, asIn, dimOf, like, numbers, replaced, sameDims, without } from "./types.ts";

// Ops that put the same elements elsewhere.

export const rename: Law<"rename"> = {
  takes: [anything],
  gives: ({ from, to }, [x]) => {
    const dim = dimOf(x!, from);
    if (!dim) return `there is no '${from}'`;
    return [like(x!, replaced(x!, from, { name: to, size: dim.size }))];
  },
};

export const broadcast: Law<"broadcast"> = {
  takes: [anything],
  gives: (_, [x], [result]) => {
    const added = without(result!, ...x!.dims.map((d) => d.name));
    return [like(x!, asIn(result!, [...x!.dims, ...added]))];
  },
};

export const reshape: Law<"reshape"> = {
  takes: [anything],
  gives: ({ from, to }, [x]) => {
    const old = from.flatMap((name) => dimOf(x!, name) ?? []);
    if (old.length !== from.length) return `not all of '${from.join("', '")}' are there`;
    if (elements(old) !== elements(to)) return `${elements(old)} elements become ${elements(to)}`;
    const dims = x!.dims.flatMap((d) => {
      if (!from.includes(d.name)) return [d];
      return d.name === from[0] ? to : [];
    });
    return [like(x!, dims)];
  },
};

export const slice: Law<"slice"> = {
  takes: [anything],
  gives: ({ dim, begin }, [x], [result]) => {
    const [whole, part] = [dimOf(x!, dim), dimOf(result!, dim)];
    if (!whole || !part) return `there is no '${dim}'`;
    if (begin < 0 || begin + part.size > whole.size) return `'${dim}' has ${whole.size} elements`;
    return [like(x!, replaced(x!, dim, part))];
  },
};

export const pad: Law<"pad"> = {
  takes: [numbers],
  gives: ({ dim, before }, [x], [result]) => {
    const [part, whole] = [dimOf(x!, dim), dimOf(result!, dim)];
    if (!whole || !part) return `there is no '${dim}'`;
    if (!Number.isSafeInteger(before)) return `there are no ${before} elements in front`;
    return [like(x!, replaced(x!, dim, whole))];
  },
};

export const concat: Law<"concat"> = {
  gives: ({ dim }, operands) => {
    const [first] = operands;
    if (!first) return "there is nothing to put together";
    let size = 0;
    for (const x of operands) {
      const own = dimOf(x, dim);
      if (!own || !anything.includes(x.dtype)) return `there is no '${dim}'`;
      if (x.dtype !== first.dtype) return `${first.dtype} meets ${x.dtype}`;
      if (!sameDims(asIn(first, without(x, dim)), without(first, dim))) return "other dims differ";
      size += own.size;
    }
    return [like(first, replaced(first, dim, { name: dim, size }))];
  },
};

export const window: Law<"window"> = {
  takes: [numbers],
  gives: ({ dim, tap }, [x], [result]) => {
    const [windows, taps] = [dimOf(result!, dim), dimOf(result!, tap)];
    if (!dimOf(x!, dim) || !windows || !taps) return `there is no '${dim}' or no '${tap}'`;
    const dims = x!.dims.map((d) => (d.name === dim ? windows : d));
    // Taps lie where the result says: a convolution has all of them together.
    return [like(x!, dims.toSpliced(result!.dims.indexOf(taps), 0, taps))];
  },
};

export const overlapAdd: Law<"overlapAdd"> = {
  takes: [numbers],
  gives: ({ dim, tap }, [windows], [result]) => {
    const whole = dimOf(result!, dim);
    if (!dimOf(windows!, dim) || !dimOf(windows!, tap) || !whole) {
      return `there is no '${dim}' or no '${tap}'`;
    }
    const left = without(windows!, tap);
    return [
      like(
        windows!,
        left.map((d) => (d.name === dim ? whole : d)),
      ),
    ];
  },
};
