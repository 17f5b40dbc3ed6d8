import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { build } from "vite";

/** Pages that are served to browsers of this machine. */
export interface Site {
  readonly address: string;
  /** What was asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** What lets the workers of a page share memory. */
const isolating = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Bundles a page that has a config of its own. */
export async function buildPage(configFile: string, outDir: string): Promise<void> {
  await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
}

/** Bundles a page as a user of vite does who configures nothing. */
export async function bundlePage(root: string, outDir: string, minify: boolean): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: { outDir, minify, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 1e5 },
  });
}

/** Serves a folder, with or without the headers that isolate its pages from others. */
export async function serve(folder: string, isolated: boolean): Promise<Site> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    asked.push(pathname);
    const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const headers = {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      ...(isolated && isolating),
    };
    try {
      const content = readFileSync(join(folder, path));
      response.writeHead(200, headers).end(content);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
