import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineMesh } from "mtf";
import { workers } from "mtf/workers";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "./page/page.ts";
import { train } from "./page/training.ts";
import { findChromium, openChromium } from "./support/chromium.ts";
import { bundlePage, type Site, serve } from "./support/site.ts";
import { call, openTab } from "./support/tab.ts";

// The devices of a mesh as a page's workers, in a real browser, from a bundle that nobody has helped.

const chromium = findChromium();

const folder = mkdtempSync(join(tmpdir(), "mtf-page-"));
let browser: Browser;
let site: Site;
let plain: Site;

beforeAll(async () => {
  if (!chromium) return;
  await bundlePage(fileURLToPath(new URL("page", import.meta.url)), folder, false);
  [site, plain] = [await serve(folder, true), await serve(folder, false)];
  browser = await openChromium(chromium);
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.close(), plain?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const tabAt = (site: Site): Promise<Tab> => openTab(browser, site);

/** The same in Node, with the kernels that a page has: no library of the system's. */
async function inNode(mesh: string, steps: number, deterministic: boolean) {
  process.env.MTF_BLAS = "off";
  const devices = await workers(defineMesh(mesh), { deterministic });
  try {
    return { variant: devices.variant, ...(await train(devices, mesh, steps)) };
  } finally {
    await devices.close();
  }
}

describe.skipIf(!chromium)("in Chromium", () => {
  test.each([
    ["data:2", true],
    ["data:2", false],
    ["data:2,model:2", true],
  ])("workers train as Node's do, bit by bit: %s, deterministic %s", async (mesh, exact) => {
    const tab = await tabAt(site);
    const found = await call<Page, "train">(tab, "train", mesh, 50, exact);
    const expected = await inNode(mesh, 50, exact);
    expect(found).toEqual(expected);
    expect(found.losses.at(-1)).toBeLessThan(0.5 * found.losses[0]!);
    expect(found.received.every((bytes) => bytes > 0)).toBe(true);
    await tab.close();
  });

  test("500 steps hold no more than 100", async () => {
    const tab = await tabAt(site);
    const { bytes } = await call<Page, "train">(tab, "train", "data:2", 500, false);
    expect(new Set(bytes).size).toBe(1);
    await tab.close();
  });

  test("the binary is found, and it is not the one with threads", () => {
    const binaries = site.asked.filter((path) => path.endsWith(".wasm"));
    expect(binaries.length).toBeGreaterThan(0);
    expect(binaries.filter((path) => !/tfjs-backend-wasm-simd-[\w-]+\.wasm$/.test(path))).toEqual(
      [],
    );
  });

  test("a program's lines are the page's own", async () => {
    const tab = await tabAt(site);
    const text = await call<Page, "printed">(tab, "printed", "data:2");
    const lines = [...text.matchAll(/(\S+\.js):(\d+)(?: update)?$/gm)];
    expect(lines.length).toBeGreaterThan(5);
    for (const [, file, line] of lines) {
      const path = join(folder, "assets", file!);
      const source = readFileSync(path, "utf8").split("\n")[Number(line) - 1];
      expect(source).toMatch(
        /(normal|einsum|relu|mean|square|sub|adam|adamState|valueAndGrad|add)(\$\d)?\(/,
      );
    }
    await tab.close();
  });

  test("a page that is not isolated is told what to send, and has one device", async () => {
    const tab = await tabAt(plain);
    const message = await call<Page, "errorOf">(tab, "errorOf", "data:2");
    expect(message.replace(plain.address, "ORIGIN")).toMatchInlineSnapshot(`
      "[backend-unavailable] the 2 workers of data:2 cannot share memory: this page is not cross-origin isolated.
        page  ORIGIN
        try   the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp with the page and its scripts, over https or from localhost
        try   a mesh of one device, which shares memory with nobody"
    `);
    const alone = await call<Page, "train">(tab, "train", "", 50, true);
    expect(alone).toEqual(await inNode("", 50, true));
    await tab.close();
  });

  test("what a backend cannot do here is said", async () => {
    const tab = await tabAt(site);
    expect(
      await call<Page, "errorOf">(tab, "errorOf", "", { backend: "tensorflow" }),
    ).toMatchInlineSnapshot(`"[backend-unavailable] TensorFlow's kernels run in Node only."`);
    await tab.close();
  });
});

test.skipIf(!chromium)("nothing of Node's is in the bundle", () => {
  const files = readdirSync(join(folder, "assets")).filter((file) => file.endsWith(".js"));
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    const text = readFileSync(join(folder, "assets", file), "utf8");
    expect(text).not.toMatch(/(from|import|import\()\s*["'`]node:/);
    expect(text).not.toContain("__vite-browser-external");
  }
});
