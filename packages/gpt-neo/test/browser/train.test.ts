import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openChromium } from "../../../mtf/test/browser/support/chromium.ts";
import { bundlePage, type Site, serve } from "../../../mtf/test/browser/support/site.ts";
import { call, openTab } from "../../../mtf/test/browser/support/tab.ts";
import { digestOf } from "./page/files.ts";
import type { Page } from "./page/page.ts";
import { say, trainIn } from "./page/run.ts";

// The library as it is, in a page: runs in folders of the origin's private file system.

const chromium = findChromium();
const folder = mkdtempSync(join(tmpdir(), "gpt-neo-page-"));
const built = join(folder, "page");
const out = join(folder, "run");
let browser: Browser;
let context: BrowserContext;
let site: Site;
/** What Node makes of the same. */
let losses: readonly number[];

beforeAll(async () => {
  if (!chromium) return;
  await bundlePage(fileURLToPath(new URL("page", import.meta.url)), built, true);
  site = await serve(built, true);
  browser = await openChromium(chromium);
  context = await browser.newContext();
  losses = await trainIn({ mesh: "data:2", deterministic: true, out });
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!chromium)("a run in a page", () => {
  test("has Node's losses and leaves Node's files, bit by bit", async () => {
    const tab = await openTab(context, site);
    const found = await call<Page, "trainIn">(tab, "trainIn", {
      mesh: "data:2",
      deterministic: true,
      out: "runs/whole",
    });
    expect(found).toEqual(losses);
    expect(losses.length).toBe(52);
    expect(losses[50]!).toBeLessThan(0.8 * losses[0]!);
    const digests = await call<Page, "digests">(tab, "digests", "runs/whole");
    const files = ["model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"];
    for (const file of files) {
      expect([file, digests[file]]).toEqual([file, await digestOf(bytesOf(join(out, file)))]);
    }
    await tab.close();
  });

  test("is stopped, and goes on after the page was loaded again", async () => {
    const tab = await openTab(context, site);
    const run = { mesh: "data:2", deterministic: true, out: "runs/broken" };
    const before = await call<Page, "trainIn">(tab, "trainIn", { ...run, until: 30 });
    await tab.reload();
    await tab.waitForFunction("globalThis.page !== undefined");
    const after = await call<Page, "trainIn">(tab, "trainIn", { ...run, resume: true });
    expect([...before, ...after]).toEqual(losses);
    const [broken, whole] = [
      await call<Page, "digests">(tab, "digests", "runs/broken"),
      await call<Page, "digests">(tab, "digests", "runs/whole"),
    ];
    expect(broken["model.safetensors"]).toBe(whole["model.safetensors"]);
    expect(Object.keys(broken).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await tab.close();
  });

  test("leaves a model that says what it says in Node", async () => {
    const tab = await openTab(context, site);
    const text = await call<Page, "say">(tab, "say", "runs/broken", "model:2");
    expect(text).toBe(await say(out, "model:2"));
    expect(text.length).toBeGreaterThan(5);
    await tab.close();
  });

  test("holds after 500 steps what it held after 200", async () => {
    const tab = await openTab(context, site);
    const held = await call<Page, "memoryOfSteps">(tab, "memoryOfSteps");
    expect(held.length).toBe(5);
    expect(held[4]!).toBeLessThan(1.03 * held[1]!);
    await tab.close();
  });

  test("has its folder to itself", async () => {
    const [one, two] = [await openTab(context, site), await openTab(context, site)];
    const asked = { mesh: "data:1", out: "runs/mine" };
    const first = call<Page, "errorOf">(one, "errorOf", asked);
    await expect
      .poll(async () => Object.keys(await call<Page, "digests">(two, "digests", "runs/mine")))
      .toContain("run.json");
    expect(
      await call<Page, "errorOf">(two, "errorOf", { ...asked, resume: true }),
    ).toMatchInlineSnapshot(`
      "[bad-argument] runs/mine is in use by another run of this site.
        try  ending that run: it may be in another tab"
    `);
    expect(await first).toBe("nothing wrong");
    expect(await call<Page, "errorOf">(two, "errorOf", asked)).toMatchInlineSnapshot(`
      "[bad-argument] runs/mine holds a run already.
        try  \`resume: true\`, to go on with it
        try  \`out\` with another folder"
    `);
    await Promise.all([one.close(), two.close()]);
  });
});

test.skipIf(!chromium)("nothing of Node's is in the bundle", () => {
  const assets = readdirSync(join(built, "assets"));
  for (const file of assets.filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(built, "assets", file), "utf8");
    expect(text).not.toMatch(/(from|import|import\()\s*["'`]node:/);
    expect(text).not.toContain("__vite-browser-external");
  }
});

function bytesOf(file: string): ArrayBuffer {
  return Uint8Array.from(readFileSync(file)).buffer;
}
