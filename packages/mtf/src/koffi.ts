export type Koffi = typeof import("koffi");

/**
 * Koffi, an optional dependency, calls native functions on typed arrays without copying them.
 *
 * @returns undefined where it is not installed, or has no build for this machine
 */
export function loadKoffi(): Koffi | undefined {
  if (typeof process === "undefined" || !process.getBuiltinModule) return undefined;
  // Asked for when it runs, so that no bundle for a page looks for it.
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch {
    return undefined;
  }
}
