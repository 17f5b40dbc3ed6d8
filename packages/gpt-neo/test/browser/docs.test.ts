import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, openChromium } from "../../../mtf/test/browser/support/chromium.ts";
import {
  bundlePage,
  type Site,
  serve,
  serveSources,
} from "../../../mtf/test/browser/support/site.ts";

// The page of the documentation about pages: what it says to write is written, bundled and opened, with
// the packages as they are installed.

const chromium = findChromium();
const root = fileURLToPath(new URL("../../../..", import.meta.url));
/** Below the repository, where the packages find theirs. */
const folder = join(root, "node_modules/.cache/browser-docs");
let browser: Browser;

beforeAll(async () => {
  if (!chromium) return;
  for (const name of ["mtf", "gpt-neo"]) {
    for (const part of ["package.json", "dist"]) {
      const to = join(folder, "node_modules", name, part);
      cpSync(join(root, "packages", name, part), to, { recursive: true });
    }
  }
  const text = readFileSync(join(root, "packages/mtf/docs/browser.md"), "utf8");
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map((m) => m[1]!);
  const [main, config, download] = blocks("javascript");
  writeFileSync(join(folder, "index.html"), blocks("html")[0]!);
  writeFileSync(join(folder, "main.js"), `${main}\n${download}`);
  writeFileSync(join(folder, "vite.config.js"), config!);
  browser = await openChromium(chromium);
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bundled(): Promise<Site> {
  await bundlePage(folder, join(folder, "dist"), true);
  return serve(join(folder, "dist"), true);
}

test.skipIf(!chromium).each([
  ["bundled", bundled],
  ["by vite's development server", () => serveSources(folder)],
])("%s, its page trains, writes, and gives its weights away", async (_, start) => {
  const site = await start();
  const tab = await browser.newPage();
  try {
    tab.on("pageerror", (error) => console.error(error));
    await tab.goto(site.address);
    await tab.waitForSelector("a[download]", { state: "attached", timeout: 100_000 });
    const lines = (await tab.locator("#out").textContent())!.split("\n");
    const losses = lines.slice(0, 60).map((line) => Number(/loss ([\d.]+)$/.exec(line)![1]));
    expect(losses[59]!).toBeLessThan(0.5 * losses[0]!);
    expect(lines.slice(60).join("\n").length).toBeGreaterThan(10);
  } finally {
    await tab.close();
    await site.close();
  }
});
