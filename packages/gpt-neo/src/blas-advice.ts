const install: Partial<Record<NodeJS.Platform, string>> = {
  linux: "apt-get install libopenblas0, or what your system calls OpenBLAS",
  win32: "put libopenblas.dll of OpenBLAS on the PATH",
};

/**
 * How to make products of matrices faster, where devices of this variant might use a BLAS and found
 * none. macOS has one, and whoever turned it off knows.
 *
 * @param canCall tells whether a BLAS that is there can be called
 */
export function blasAdvice(
  variant: string,
  canCall: () => boolean = koffiLoads,
): readonly string[] {
  if (variant !== "wasm-relaxed-simd" || process.env.MTF_BLAS === "off") return [];
  if (!canCall()) {
    return [
      "no BLAS is used, which would be faster: koffi, which calls it, does not load: npm install koffi",
    ];
  }
  const how = install[process.platform];
  return how ? [`no BLAS was found, which would be faster: ${how}`] : [];
}

/** Whether what calls native libraries loads where `mtf` looks for it, of which it is a dependency. */
function koffiLoads(): boolean {
  // In a page there is nothing to install.
  if (!process.getBuiltinModule) return true;
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    createRequire(createRequire(import.meta.url).resolve("mtf/package.json"))("koffi");
    return true;
  } catch {
    return false;
  }
}
