import type { Koffi } from "../../../koffi.ts";

/**
 * Names the kernels that OpenBLAS is to take for this processor, before it is loaded. It chooses by a
 * table of models, and takes the oldest, which are five times slower, for a processor that came after
 * the table was written. What `OPENBLAS_CORETYPE` says already is left as it is.
 */
export function nameKernels(koffi: Koffi): void {
  if (process.platform !== "linux" || process.arch !== "x64") return;
  if (process.env.OPENBLAS_CORETYPE) return;
  const kernels = kernelsFor(readProcessor());
  if (!kernels) return;
  try {
    // Of a worker thread, `process.env` is a copy that no library sees.
    koffi.load(null).func("int setenv(const char *, const char *, int)")(variable, kernels, 0);
  } catch {
    // Without it, OpenBLAS chooses as it does.
  }
}

const variable = "OPENBLAS_CORETYPE";

function readProcessor(): string {
  try {
    return process.getBuiltinModule("node:fs").readFileSync("/proc/cpuinfo", "latin1");
  } catch {
    return "";
  }
}

/** Instructions that each of OpenBLAS's kernels needs, the fastest first. */
const needs = [
  ["SkylakeX", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]],
  ["Haswell", ["avx2", "fma"]],
] as const;

/**
 * OpenBLAS's name of the fastest kernels that a processor runs.
 *
 * @param text of `/proc/cpuinfo`
 * @returns undefined where it runs none of those of the last ten years
 */
export function kernelsFor(text: string): string | undefined {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1]?.split(" "));
  const fastest = needs.find(([, all]) => all.every((flag) => flags.has(flag)))?.[0];
  return fastest === "Haswell" && text.includes("AuthenticAMD") ? "Zen" : fastest;
}
