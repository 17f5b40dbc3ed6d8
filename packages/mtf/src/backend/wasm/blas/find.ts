import { MtfError } from "../../../errors.ts";
import { computesRight } from "./check.ts";
import { type Family, families } from "./libraries.ts";
import { type Library, libraryOpener, type OpenLibrary, type Sgemm } from "./library.ts";

/** A BLAS that products of matrices go to. */
export interface Blas {
  /** Library, version, kernels and threads: `openblas-0.3.21-SkylakeX-1t`. */
  readonly variant: string;
  readonly sgemm: Sgemm;
}

/**
 * The system's BLAS: what `MTF_BLAS` names, else the first of the usual ones that is there.
 * `MTF_BLAS=off` is none.
 *
 * @param threads how many threads a product takes
 * @throws MtfError `backend-unavailable` where `MTF_BLAS` names what cannot be used
 */
export function findBlas(threads: number): Blas | undefined {
  const wanted = typeof process === "undefined" ? "off" : process.env.MTF_BLAS;
  if (wanted === "off") return undefined;
  const open = libraryOpener();
  if (wanted) return named(wanted, open, threads);
  if (!open) return undefined;
  for (const family of families) {
    for (const file of family.files[process.platform] ?? []) {
      const library = open(file);
      if (library?.has(family.mark) && computesRight(library.sgemm)) {
        return withThreads(library, family, threads);
      }
    }
  }
  return undefined;
}

function named(file: string, open: OpenLibrary | undefined, threads: number): Blas {
  const refuse = (why: string, advice: string) =>
    new MtfError("backend-unavailable", `MTF_BLAS=${file} cannot be used: ${why}.`, {
      file,
      try: [advice, "MTF_BLAS=off, for products in WebAssembly"],
    });
  if (!open) throw refuse("koffi, which calls it, is not installed", "npm install koffi");
  const library = open(file);
  if (!library) throw refuse("it is no library with cblas_sgemm", "the path of libopenblas.so.0");
  if (!computesRight(library.sgemm)) {
    throw refuse("it multiplies wrongly on this processor", "another version of the library");
  }
  const family = families.find(({ mark }) => library.has(mark));
  return withThreads(library, family, threads);
}

function withThreads(library: Library, family: Family | undefined, threads: number): Blas {
  family?.setThreads(library, threads);
  const own = family?.variant(library) ?? library.file.replace(/^.*[/\\]/, "");
  return { variant: `${own}-${threads}t`, sgemm: library.sgemm };
}
