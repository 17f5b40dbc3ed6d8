import type { Browser, BrowserContext, Page as Tab } from "playwright-core";
import type { Site } from "./site.ts";

/** Opens a page of a site, whose script puts what it can do into `page`. */
export async function openTab(browser: Browser | BrowserContext, { address }: Site): Promise<Tab> {
  const tab = await browser.newPage();
  tab.on("pageerror", (error) => console.error(error));
  await tab.goto(`${address}/`);
  await tab.waitForFunction("globalThis.page !== undefined");
  return tab;
}

type Given<F> = F extends (...given: infer G) => unknown ? G : never;
type Answer<F> = F extends (...given: never) => infer R ? Awaited<R> : never;

/** Has a page call one of its functions. */
export async function call<Page, K extends keyof Page & string>(
  tab: Tab,
  name: K,
  ...given: Given<Page[K]>
): Promise<Answer<Page[K]>> {
  const answer: unknown = await tab.evaluate(
    ({ name, given }) =>
      (globalThis as never as { page: Record<string, CallableFunction> }).page[name]!(...given),
    { name, given: given as unknown[] },
  );
  return answer as Answer<Page[K]>;
}
