import { type Dimension, printDims } from "../../dimension.ts";
import { type DType, dtypeAbbreviation } from "../../dtype.ts";
import { type Evidence, MtfError } from "../../errors.ts";
import { nearest } from "../../suggest.ts";
import type { Entry } from "./format.ts";

/** A tensor that is wanted of a checkpoint. */
export interface Wanted {
  readonly path: string;
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
}

/** As many problems are shown. */
const shown = 20;

/**
 * Compares what is wanted with what was saved: every tensor by its path, its dims by their names,
 * in whatever order, and its dtype.
 *
 * @throws MtfError `bad-checkpoint` listing all that differs
 */
export function checkWanted(
  saved: ReadonlyMap<string, Entry>,
  wanted: readonly Wanted[],
  folder: string,
): void {
  const problems = wanted.flatMap((one) => problemsOf(saved, one));
  if (problems.length === 0) return;
  const rest: Evidence[] =
    problems.length > shown ? [["…", `${problems.length - shown} more`]] : [];
  throw new MtfError("bad-checkpoint", `${folder} holds other tensors than are wanted.`, {
    evidence: [...problems.slice(0, shown), ...rest],
    file: folder,
    problems,
  });
}

function problemsOf(saved: ReadonlyMap<string, Entry>, { path, ...wanted }: Wanted): Evidence[] {
  const found = saved.get(path);
  if (!found) {
    const near = nearest(path, [...saved.keys()]);
    const hint = near === undefined ? "" : `; there is ${near}`;
    return [[path, `not saved, wanted ${print(wanted)}${hint}`]];
  }
  const dims = found.dims.map(([name, size]) => ({ name, size }));
  const sizes = new Map(found.dims);
  const same =
    found.dtype === wanted.dtype &&
    sizes.size === wanted.dims.length &&
    wanted.dims.every(({ name, size }) => sizes.get(name) === size);
  if (same) return [];
  return [[path, `saved as ${print({ dims, dtype: found.dtype })}, wanted ${print(wanted)}`]];
}

function print({ dims, dtype }: Omit<Wanted, "path">): string {
  return `${dtypeAbbreviation[dtype]}[${printDims(dims)}]`;
}
