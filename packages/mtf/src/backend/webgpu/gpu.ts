import { MtfError } from "../../errors.ts";

/** The package that gives Node a GPU: Dawn, the WebGPU of Chromium. */
const dawn = "webgpu";

/** What that package exports. */
interface Dawn {
  create(options: readonly string[]): GPU;
  readonly globals: object;
}

/** Dawn's GPU has to stay reachable as long as any of its devices. */
let ofPackage: Promise<GPU> | undefined;

/**
 * WebGPU as this host has it: the page's or worker's own, or in Node the package's.
 *
 * @throws MtfError `backend-unavailable` if there is none
 */
export async function findGpu(): Promise<GPU> {
  const own = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (own) return own;
  if (typeof process === "undefined" || !process.versions?.node) throw noneInPage();
  ofPackage ??= loadPackage();
  return ofPackage;
}

async function loadPackage(): Promise<GPU> {
  // By a name that no bundler follows: a page has its own, and never comes here.
  const loading = import(/* @vite-ignore */ /* webpackIgnore: true */ dawn) as Promise<Dawn>;
  const { create, globals } = await loading.catch((error: Error) => {
    throw whyNot(error);
  });
  Object.assign(globalThis, globals);
  return create([]);
}

function whyNot(error: Error & { code?: string }): MtfError {
  const isMissing = error.code === "ERR_MODULE_NOT_FOUND" && error.message.includes(`'${dawn}'`);
  if (isMissing) {
    return new MtfError("backend-unavailable", "WebGPU is not installed.", {
      try: [`npm install ${dawn}`],
    });
  }
  return new MtfError("backend-unavailable", `${dawn} is installed and cannot be loaded.`, {
    evidence: [["cause", error.message.split("\n")[0]!]],
    try: [`npm rebuild ${dawn}`],
  });
}

function noneInPage(): MtfError {
  const secure = globalThis.isSecureContext;
  return new MtfError("backend-unavailable", "this page has no WebGPU.", {
    try: secure
      ? ["a browser that has it: recent Chrome, Edge, Firefox or Safari"]
      : ["https or localhost: WebGPU is there for secure pages only"],
  });
}
