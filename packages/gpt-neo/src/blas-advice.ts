const install: Partial<Record<NodeJS.Platform, string>> = {
  linux: "apt-get install libopenblas0, or what your system calls OpenBLAS",
  win32: "put libopenblas.dll of OpenBLAS on the PATH",
};

/**
 * How to make products of matrices faster, where devices of this variant might use a BLAS and found
 * none. macOS has one, and whoever turned it off knows.
 */
export function blasAdvice(variant: string): readonly string[] {
  const how = install[process.platform];
  if (variant !== "wasm-relaxed-simd" || process.env.MTF_BLAS === "off" || !how) return [];
  return [`no BLAS was found, which would be faster: ${how}`];
}
