import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, openChromium } from "../../../mtf/test/browser/support/chromium.ts";
import { bundlePage, type Site, serve } from "../../../mtf/test/browser/support/site.ts";

// The page of the documentation about pages: what it says to write is written, bundled and opened.

const chromium = findChromium();
const root = fileURLToPath(new URL("../../../..", import.meta.url));
/** Below the repository, where the packages are found. */
const folder = join(root, "node_modules/.cache/browser-docs");
let browser: Browser;
let site: Site;

beforeAll(async () => {
  if (!chromium) return;
  const text = readFileSync(join(root, "packages/mtf/docs/browser.md"), "utf8");
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map((m) => m[1]!);
  const [main, config, download] = blocks("javascript");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), blocks("html")[0]!);
  writeFileSync(join(folder, "main.js"), `${main}\n${download}`);
  expect(config).toContain("optimizeDeps");
  await bundlePage(folder, join(folder, "dist"), true);
  site = await serve(join(folder, "dist"), true);
  browser = await openChromium(chromium);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!chromium)("its page trains, writes, and gives its weights away", async () => {
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => console.error(error));
  await tab.goto(site.address);
  await tab.waitForSelector("a[download]", { state: "attached", timeout: 100_000 });
  const lines = (await tab.locator("#out").textContent())!.split("\n");
  const losses = lines.slice(0, 60).map((line) => Number(/loss ([\d.]+)$/.exec(line)![1]));
  expect(losses[59]!).toBeLessThan(0.3 * losses[0]!);
  expect(lines.slice(60).join("\n").length).toBeGreaterThan(10);
});
