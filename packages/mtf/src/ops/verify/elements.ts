import { signatures } from "../elementwise/signature.ts";
import type { Law } from "./law.ts";
import { asIn, dimOf, floats, like, numbers, union } from "./types.ts";

// Ops on all elements alike: functions of them, and sums of products.

export const elementwise: Law<"elementwise"> = {
  gives: ({ fn, scalars }, operands, [result]) => {
    const places = scalars.flatMap((scalar, i) => (scalar === null ? [i] : []));
    if (places.length !== operands.length) return `${fn} has ${places.length} operands`;
    const { takes, gives } = signatures[fn];
    let shared: (typeof operands)[number] | undefined;
    for (const [i, x] of operands.entries()) {
      const place = places[i]!;
      if (!takes[Math.min(place, takes.length - 1)]!.includes(x.dtype)) {
        return `${fn} takes no ${x.dtype}`;
      }
      if (fn === "where" && place === 0) continue;
      if (shared && shared.dtype !== x.dtype) return `${shared.dtype} meets ${x.dtype}`;
      shared ??= x;
    }
    const dims = union(operands);
    if (typeof dims === "string") return dims;
    const dtype = gives === "same" ? (shared?.dtype ?? "float32") : gives;
    return [{ dims: asIn(result!, dims), dtype }];
  },
};

export const einsum: Law<"einsum"> = {
  takes: [numbers, numbers],
  gives: (_, operands, [result]) => {
    const [a, b] = operands as [(typeof operands)[0], (typeof operands)[0]];
    if (a.dtype !== b.dtype) return `${a.dtype} meets ${b.dtype}`;
    const dims = union(operands);
    if (typeof dims === "string") return dims;
    const kept = dims.filter((d) => dimOf(result!, d.name));
    const lonely = dims.find((d) => !kept.includes(d) && !(dimOf(a, d.name) && dimOf(b, d.name)));
    return lonely ? `only one operand has '${lonely.name}'` : [like(a, asIn(result!, kept))];
  },
};

export const convolution: Law<"convolution"> = {
  takes: [floats, floats],
  gives: ({ windows }, [x, b], [result]) => {
    let dims = x!.dims;
    for (const { dim, tap, wrap } of windows) {
      const [count, taps] = [dim, tap].map((name) => dimOf(b!, name) ?? dimOf(result!, name));
      if (!dimOf({ ...x!, dims }, dim) || !count || !taps)
        return `there is no '${dim}' or no '${tap}'`;
      if (wrap) return `windows along '${dim}' go on at its other end`;
      dims = [...dims.map((d) => (d.name === dim ? count : d)), taps];
    }
    return einsum.gives({}, [{ ...x!, dims }, b!], [result!]);
  },
};

export const adam: Law<"adam"> = {
  takes: Array.from({ length: 8 }, () => floats),
  gives: (_, operands) => {
    const [p, g, m, v, ...scalars] = operands;
    const dims = union([p!, g!, m!, v!]);
    if (typeof dims === "string") return dims;
    if (dims.length !== p!.dims.length) return "gradient or state have dims of their own";
    if (scalars.some((x) => x.dims.length > 0)) return "a scalar has dims";
    return [p!, p!, p!];
  },
};
