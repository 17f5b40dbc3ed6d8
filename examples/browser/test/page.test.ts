import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateText, loadModel, train } from "gpt-neo";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium, openChromium } from "../../../packages/mtf/test/browser/support/chromium.ts";
import { buildPage, type Site, serve } from "../../../packages/mtf/test/browser/support/site.ts";
import { sizes } from "../src/sizes.ts";

// The page as people use it: by what things are called, from the keyboard, at the width of a phone.

const chromium = findChromium();
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "browser-example-"));
const picture = path("../screenshot.png");
const text = Array.from({ length: 400 }, (_, i) => `The whale swam ${i} times around it.`).join(
  "\n",
);
let browser: Browser;
let site: Site;
let tab: Tab;

beforeAll(async () => {
  if (!chromium) return;
  await buildPage(path("../vite.config.ts"), join(folder, "page"));
  site = await serve(join(folder, "page"), true);
  browser = await openChromium(chromium);
  tab = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  tab.on("pageerror", (error) => console.error(error));
  // A person chooses a folder to write to in a window that no test reaches: so files are downloaded.
  await tab.addInitScript("delete globalThis.showDirectoryPicker");
  await tab.goto(site.address);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The losses in the log of a run that the page keeps. */
async function lossesOf(run: string): Promise<readonly number[]> {
  const log = await tab.evaluate(async (name) => {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle("runs");
    const file = await (await runs.getDirectoryHandle(name)).getFileHandle("log.jsonl");
    return (await file.getFile()).text();
  }, run);
  const lines = log.split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { readonly loss: number }).loss);
}

const patience = { timeout: 100_000 };

const status = (wanted: RegExp) =>
  expect.poll(() => tab.locator("#status").textContent(), patience).toMatch(wanted);

describe.skipIf(!chromium)("the page", () => {
  test("says what is wrong with a layout", async () => {
    await tab.getByLabel("Mesh", { exact: true }).selectOption("data:2");
    await tab.getByText("Layout", { exact: true }).click();
    await tab.getByLabel("What the axes split").fill("batch:dta");
    await tab.getByLabel("What the axes split").press("Tab");
    await expect.poll(() => tab.getByRole("alert").textContent(), patience).toContain("'dta'");
    await tab.getByLabel("What the axes split").fill("batch:data");
    await tab.getByLabel("What the axes split").press("Tab");
    await expect.poll(() => tab.getByRole("alert").count(), patience).toBe(0);
  });

  test("trains, is paused and loaded again, goes on, and has Node's losses bit by bit", async () => {
    await tab
      .locator("#file")
      .setInputFiles({ name: "whale.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
    await tab.getByLabel("the same bits on every machine").check();
    await tab.getByLabel("Steps", { exact: true }).fill("120");
    await tab.getByRole("button", { name: "Train" }).press("Enter");
    await expect.poll(() => tab.locator("#loss").textContent(), patience).toMatch(/\d/);
    await tab.getByRole("button", { name: "Pause and save" }).press("Enter");
    await status(/^Paused after step \d+/);
    await tab.reload();
    await tab.getByRole("button", { name: "Go on: whale-tiny" }).press("Enter");
    await status(/^Trained: all 120 steps/);
    const losses: number[] = [];
    const { model } = await train(
      {
        config: sizes.tiny!.config,
        data: { documents: [text] },
        mesh: "data:2",
        deterministic: true,
        steps: 120,
      },
      { onStep: ({ loss }) => losses.push(loss) },
    );
    await model.close();
    expect(await lossesOf("whale-tiny")).toEqual(losses);
    expect(await tab.getByText(/^step 100$/).count()).toBe(1);
    expect(await tab.locator("#moved").textContent()).toMatch(/^Step 120 moved [\d.]+ KB/);
    expect(await tab.locator(".device").count()).toBe(2);
  });

  test("writes, and gives the model away as a folder that Node loads", async () => {
    await tab.getByLabel("Begin with").fill("The whale ");
    await tab.getByLabel("Bytes").fill("40");
    await tab.getByRole("button", { name: "Write" }).press("Enter");
    await expect
      .poll(() => tab.locator("#said").textContent(), patience)
      .toMatch(/tokens a second/);
    const written = await tab.getByRole("log").textContent();

    const out = join(folder, "whale");
    mkdirSync(out);
    const names: string[] = [];
    const saving: Promise<void>[] = [];
    tab.on("download", (download) => {
      names.push(download.suggestedFilename());
      saving.push(download.saveAs(join(out, download.suggestedFilename())));
    });
    await tab.getByRole("button", { name: "Download: whale-tiny" }).press("Enter");
    await expect
      .poll(() => names.sort().join(" "), patience)
      .toBe(
        "config.json model.safetensors special_tokens_map.json tokenizer.json tokenizer_config.json",
      );
    await Promise.all(saving);
    const model = await loadModel(out, { mesh: "data:1" });
    let expected = "The whale ";
    const settings = { temperature: 0.8, topK: 40, maxNewTokens: 40, seed: 0 };
    for await (const piece of generateText(model, expected, settings)) expected += piece;
    await model.close();
    expect(expected).toHaveLength(written!.length);
  });

  test("takes a model's folder in, and says what is none", async () => {
    await tab.getByLabel("Open a model's folder").setInputFiles(join(folder, "whale"));
    await expect
      .poll(() => tab.getByLabel("Model", { exact: true }).inputValue(), patience)
      .toBe("models/whale");
    await tab.getByRole("button", { name: "Write" }).press("Enter");
    await expect
      .poll(() => tab.locator("#said").textContent(), patience)
      .toMatch(/tokens a second/);
    const none = join(folder, "nothing");
    mkdirSync(none);
    writeFileSync(join(none, "notes.txt"), "no model");
    await tab.getByLabel("Open a model's folder").setInputFiles(none);
    await expect
      .poll(() => tab.getByRole("alert").textContent(), patience)
      .toContain("no config.json");
  });

  test("fits a phone, and its picture is in the README", async () => {
    await tab.setViewportSize({ width: 360, height: 740 });
    const wide = await tab.evaluate("document.documentElement.scrollWidth");
    expect(wide).toBe(360);
    await tab.setViewportSize({ width: 1200, height: 900 });
    if (existsSync(picture) && !process.env.MTF_UPDATE_DOCS) return;
    await tab.reload();
    await tab.getByLabel("Mesh", { exact: true }).selectOption("data:2,model:2");
    await tab.getByLabel("Steps", { exact: true }).fill("400");
    await tab.getByRole("button", { name: "Train" }).press("Enter");
    await status(/^Trained/);
    await tab.evaluate("scrollTo(0, 0)");
    // The curve is drawn a moment later.
    await tab.waitForTimeout(1000);
    await tab.screenshot({ path: picture });
  });
});
