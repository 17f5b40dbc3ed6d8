import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The system's Chromium, or the one that `CHROMIUM` names; where there is none, that is told. */
export function findChromium(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const found = paths.find(isProgram);
  if (found === undefined) {
    console.warn("WITHOUT CHROMIUM: nothing is tested in a browser. apt-get install chromium");
  }
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it without a window. */
export function openChromium(executablePath: string): Promise<Browser> {
  // Root may not run its sandbox, and containers give it little shared memory.
  const usual = ["--no-sandbox", "--disable-dev-shm-usage"];
  // Memory is measured when it is asked for, not at some time.
  const args = [...usual, "--enable-blink-features=ForceEagerMeasureMemory"];
  return chromium.launch({ executablePath, args });
}
