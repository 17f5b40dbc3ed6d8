import { readFileSync } from "node:fs";

/** The version that the package's own file says: above this file's folder, or the bundle's. */
export function version(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    const file = new URL(place, import.meta.url);
    const found = read(file);
    if (found?.name === "gpt-neo") return found.version;
  }
  return "unknown";
}

function read(file: URL): { readonly name: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
