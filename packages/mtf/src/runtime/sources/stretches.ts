import { type Copy, eachRun } from "../../backend/slices/copy.ts";

/** Neighbours in a file that are read at once. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
  /** Where all of it goes to, if it is one run that is read straight to its place. */
  readonly to: number | undefined;
}

/** What is cheap to do, in elements. */
export interface Reading {
  /** The longest stretch of which not all goes straight to its place. */
  readonly longest: number;
  /** Gaps up to this long are read along. */
  readonly gap: number;
  /** The shortest run that is read straight to its place; none where numbers are to be converted. */
  readonly direct: number | undefined;
}

/** The stretches of a file that hold all runs of a copy, in their order. */
export function stretchesOf(copy: Copy, { longest, gap, direct }: Reading): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let open: { begin: number; end: number } | undefined;
  const end = () => {
    if (open) stretches.push({ ...open, to: undefined });
    open = undefined;
  };
  const along = (begin: number, size: number) => {
    for (let at = begin; at < begin + size; ) {
      const near = open && at - open.end <= gap && at - open.begin < longest;
      if (!near) end();
      open ??= { begin: at, end: at };
      open.end = Math.min(begin + size, open.begin + longest);
      at = open.end;
    }
  };
  eachRun(copy, 0, copy.fromEnd, (from, to, length) => {
    if (direct === undefined || length < direct) return along(from, length);
    end();
    stretches.push({ begin: from, end: from + length, to });
  });
  end();
  return stretches;
}
