import { type Koffi, loadKoffi } from "../../../koffi.ts";
import { nameKernels } from "./kernels.ts";

/** A native library that is open. */
export interface Library {
  readonly file: string;
  has(name: string): boolean;
  /** `void name(int)`. */
  setter(name: string): (value: number) => void;
  /** What `char *name(void)` gives. */
  text(name: string): string;
  /** What `void name(char *buffer, int size)` writes. */
  filled(name: string, size: number): string;
  readonly sgemm: Sgemm;
}

/** The C interface of BLAS: C = A B, where `order` and `trans` say how each array is stored. */
export type Sgemm = (
  order: number,
  transA: number,
  transB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float32Array,
  lda: number,
  b: Float32Array,
  ldb: number,
  beta: number,
  c: Float32Array,
  ldc: number,
) => void;

export const rowMajor = 101;
export const asStored = 111;
export const transposed = 112;

const signature =
  "void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int)";

/** How libraries are opened: undefined where the file is none, or has no `cblas_sgemm`. */
export type OpenLibrary = (file: string) => Library | undefined;

/** @returns undefined where nothing can call native functions */
export function libraryOpener(): OpenLibrary | undefined {
  const koffi = loadKoffi();
  if (!koffi) return undefined;
  nameKernels(koffi);
  return (file) => open(koffi, file);
}

function open(koffi: Koffi, file: string): Library | undefined {
  try {
    const library = koffi.load(file);
    return {
      file,
      has(name) {
        try {
          library.func(`void ${name}()`);
          return true;
        } catch {
          return false;
        }
      },
      setter: (name) => library.func(`void ${name}(int)`) as unknown as (value: number) => void,
      text: (name) => library.func(`const char *${name}()`)(),
      filled(name, size) {
        const bytes = new Uint8Array(size);
        library.func(`void ${name}(char *, int)`)(bytes, size);
        return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
      },
      sgemm: library.func(signature) as unknown as Sgemm,
    };
  } catch {
    return undefined;
  }
}
