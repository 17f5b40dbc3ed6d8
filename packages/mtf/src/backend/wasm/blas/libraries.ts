import type { Library } from "./library.ts";

/** One family of BLAS libraries: where it is found, and what is its own. */
export interface Family {
  /** Its usual file names, the preferred first. */
  readonly files: Partial<Record<NodeJS.Platform, readonly string[]>>;
  /** A function that no other family has. */
  readonly mark: string;
  /** Name, version and the kernels it chose for this processor: `openblas-0.3.21-SkylakeX`. */
  readonly variant: (library: Library) => string;
  /** What says how many threads a product takes from then on, in the whole process. */
  readonly threads: (library: Library) => (count: number) => void;
}

const openblas: Family = {
  files: {
    linux: ["libopenblas.so.0", "libopenblas.so"],
    win32: ["libopenblas.dll", "openblas.dll"],
  },
  mark: "openblas_get_config",
  variant(library) {
    const config = library.text("openblas_get_config");
    const version = /\d+(\.\d+)+/.exec(config)?.[0] ?? "";
    return `openblas-${version}-${library.text("openblas_get_corename")}`;
  },
  threads: (library) => library.setter("openblas_set_num_threads"),
};

const mkl: Family = {
  files: {
    linux: ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"],
    win32: ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
  },
  mark: "MKL_Set_Num_Threads",
  variant(library) {
    const text = library.filled("MKL_Get_Version_String", 256);
    return `mkl-${/\d+(\.\d+)+/.exec(text)?.[0] ?? ""}`;
  },
  threads: (library) => library.setter("MKL_Set_Num_Threads"),
};

const blis: Family = {
  files: {
    linux: ["libblis.so.4", "libblis.so.3", "libblis.so"],
    win32: ["libblis.dll", "blis.dll"],
  },
  mark: "bli_info_get_version_str",
  variant: (library) => `blis-${library.text("bli_info_get_version_str")}`,
  threads: (library) => library.setter("bli_thread_set_num_threads"),
};

const accelerate: Family = {
  files: { darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"] },
  mark: "vDSP_vadd",
  variant: () => "accelerate",
  // It has one thread or as many as it likes, and the call came with macOS 15.
  threads(library) {
    if (!library.has("BLASSetThreading")) return () => {};
    const set = library.setter("BLASSetThreading");
    return (count) => set(count === 1 ? 1 : 0);
  },
};

/** All families, the preferred first. */
export const families: readonly Family[] = [accelerate, openblas, mkl, blis];
