import { MtfError } from "../../../errors.ts";
import { computesRight } from "./check.ts";
import { type Family, families } from "./libraries.ts";
import { type Library, libraryOpener, type OpenLibrary, type Sgemm } from "./library.ts";

/** A BLAS that products of matrices go to. */
export interface Blas {
  /** Library, version, kernels and threads: `openblas-0.3.21-SkylakeX-1t`. */
  readonly variant: string;
  readonly sgemm: Sgemm;
  /** Says how many multiplications the next product has, on which depends how many threads it takes. */
  readonly announce: (multiplications: number) => void;
}

/** What products may take. */
export interface BlasThreads {
  readonly threads: number;
  /** Whether nobody else in the process multiplies, so that small products can take one thread. */
  readonly alone: boolean;
}

/**
 * Up to here a product takes one thread: it is done in a millisecond, and threads that wait for each
 * other take more than they save, above all where cores have other work.
 */
const small = 2 ** 24;

/**
 * The system's BLAS: what `MTF_BLAS` names, else the first of the usual ones that is there.
 * `MTF_BLAS=off` is none.
 *
 * @param taken what a product may take
 * @param opener gives what opens libraries
 * @throws MtfError `backend-unavailable` where `MTF_BLAS` names what cannot be used
 */
export function findBlas(
  taken: BlasThreads,
  opener: () => OpenLibrary | undefined = libraryOpener,
): Blas | undefined {
  const wanted = typeof process === "undefined" ? "off" : process.env.MTF_BLAS;
  if (wanted === "off") return undefined;
  const open = opener();
  if (wanted) return named(wanted, open, taken);
  if (!open) return undefined;
  for (const family of families) {
    for (const file of family.files[process.platform] ?? []) {
      const library = open(file);
      if (library?.has(family.mark) && computesRight(library.sgemm)) {
        return withThreads(library, family, taken);
      }
    }
  }
  return undefined;
}

function named(file: string, open: OpenLibrary | undefined, taken: BlasThreads): Blas {
  const refuse = (why: string, advice: string) =>
    new MtfError("backend-unavailable", `MTF_BLAS=${file} cannot be used: ${why}.`, {
      file,
      try: [advice, "MTF_BLAS=off, for products in WebAssembly"],
    });
  if (!open) throw refuse("koffi, which calls it, is not installed", "npm install koffi");
  const library = open(file);
  if (!library)
    throw refuse("it is no library with cblas_sgemm", "MTF_BLAS=/path/to/libopenblas.so.0");
  if (!computesRight(library.sgemm)) {
    throw refuse("it multiplies wrongly on this processor", "another version of the library");
  }
  const family = families.find(({ mark }) => library.has(mark));
  return withThreads(library, family, taken);
}

function withThreads(
  library: Library,
  family: Family | undefined,
  { threads, alone }: BlasThreads,
): Blas {
  const setThreads = family?.threads(library);
  setThreads?.(threads);
  const own = family?.variant(library) ?? library.file.replace(/^.*[/\\]/, "");
  const announce =
    setThreads && alone && threads > 1
      ? (multiplications: number) => setThreads(multiplications <= small ? 1 : threads)
      : () => {};
  return { variant: `${own}-${threads}t`, sgemm: library.sgemm, announce };
}
