import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root, run, runNode } from "./support/page.ts";
import { bun, deno } from "./support/runtimes.ts";

// Errors and printed programs name lines of the user's program, whoever runs it and whatever maps
// its lines: each as a process of its own, on the package as it is installed.

const home = mkdtempSync(join(tmpdir(), "mtf lines-"));
const own = join(root, "packages/mtf");
const bin = (path: string) => join(root, "node_modules", path);

const typescript = `
/** Lines that are gone when types are taken away. */
interface Padding {
  readonly lines: number;
}

import { adam, adamState, defineDims, defineLayout, defineMesh, exp, grad, lower, mapOver, placeholder, sum } from "mtf";

const padding: Padding = { lines: 4 };
const dims = defineDims({ row: padding.lines, column: 3 });
const layout = defineLayout({ dims, mesh: defineMesh({}), rules: {} });

function step(x: ReturnType<typeof matrix>) {
  const loop = mapOver(dims.row, (row) => {
    return { each: exp(row) }; // an op in a loop
  }, x);
  const gradient = grad((y: typeof x) => {
    return sum(y); // a loss
  })(x);
  return [
    loop,
    adam(adamState({ x }), { x: gradient }, { rate: 1 }), // an update
  ];
}

function matrix() {
  return placeholder([dims.row, dims.column]);
}

console.log(String(lower(step, { layout, inputs: [matrix()] })));
try {
  sum(matrix(), "rwo" as never); // a mistake
} catch (error) {
  console.log((error as Error).message);
}
`;

/** The same program without its types, on the same lines. */
const javascript = typescript
  .replace(/interface Padding \{\n(.*)\n\}/, "/*\n$1\n*/")
  .replaceAll(/: Padding|: ReturnType<typeof matrix>|: typeof x| as never| as Error/g, "");

/** What the output tells of each line that is marked, and what it should tell. */
function expectLines(output: string, line: (mark: string) => string): void {
  const lineIn = (pattern: RegExp) => pattern.exec(output)?.[1];
  expect({
    op: lineIn(/= exp\(.*\) +(\S+)$/m),
    update: lineIn(/= adam.* (\S+) update$/m),
    mistake: lineIn(/^ +at +(\S+)$/m),
  }).toEqual({
    op: line("an op in a loop"),
    update: line("an update"),
    mistake: line("a mistake"),
  });
}

const markedIn = (file: string, text: string) => (mark: string) =>
  `${file}:${text.split("\n").findIndex((line) => line.includes(`// ${mark}`)) + 1}`;

beforeAll(() => {
  const installed = join(home, "node_modules/mtf");
  mkdirSync(installed, { recursive: true });
  for (const part of ["package.json", "dist", "src"]) {
    cpSync(join(own, part), join(installed, part), { recursive: true });
  }
  writeFileSync(join(home, "package.json"), '{ "type": "module", "dependencies": { "mtf": "*" } }');
  writeFileSync(join(home, "user.ts"), typescript);
  writeFileSync(join(home, "plain.js"), javascript);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("a program's lines are its own", () => {
  test("on Node", async () => {
    expectLines(await runNode(["plain.js"], home), markedIn("plain.js", javascript));
  });

  test("on Node with source maps", async () => {
    const output = await runNode(["--enable-source-maps", "plain.js"], home);
    expectLines(output, markedIn("plain.js", javascript));
  });

  test("under tsx", async () => {
    const output = await runNode([bin("tsx/dist/cli.mjs"), "user.ts"], home);
    expectLines(output, markedIn("user.ts", typescript));
  });

  test.skipIf(!deno)("under Deno", async () => {
    const args = ["run", "--allow-all", "--no-check", "--node-modules-dir=manual", "user.ts"];
    const output = await run(deno!, args, home);
    expectLines(output, markedIn("user.ts", typescript));
  });

  test.skipIf(!bun)("under Bun", async () => {
    const output = await run(bun!, ["user.ts"], home);
    expectLines(output, markedIn("user.ts", typescript));
  });
});

describe("in a bundle of one file", () => {
  const built = async (name: string, options: readonly string[], wanted = ".js") => {
    const args = [bin("vite/bin/vite.js"), "build", "--logLevel", "error", "--outDir", name];
    await runNode([...args, ...options], home);
    const file = readdirSync(join(home, name), { recursive: true })
      .map(String)
      .find((path) => path.endsWith(wanted))!;
    return { path: join(name, file), file: file.replace(/.*\//, "") };
  };

  beforeAll(() => {
    writeFileSync(
      join(home, "vite.config.js"),
      `export default { build: { target: "esnext", rollupOptions: { input: "user.ts" } }, ssr: { noExternal: true } };`,
    );
  });

  test("as it stands, the lines are the bundle's", async () => {
    const { path, file } = await built("plain", ["--ssr"]);
    const text = readFileSync(join(home, path), "utf8");
    const at = {
      "an op in a loop": /each: exp\(row/,
      "an update": /adam\d*\(\s*adamState/,
      "a mistake": /"rwo"/,
    };
    expectLines(await runNode([path], home), (mark) => {
      const code = at[mark as keyof typeof at];
      return `${file}:${text.slice(0, text.search(code)).split("\n").length}`;
    });
  });

  test("with a file for packages beside the program's, the lines are the latter's", async () => {
    writeFileSync(
      join(home, "vendor.config.js"),
      `export default {
        build: {
          target: "esnext",
          rollupOptions: {
            input: "user.ts",
            output: { manualChunks: (id) => (/node_modules/.test(id) ? "vendor" : undefined) },
          },
        },
        ssr: { noExternal: true },
      };`,
    );
    const { path } = await built("beside", ["--ssr", "--config", "vendor.config.js"], "user.js");
    expect(readdirSync(join(home, "beside"), { recursive: true }).length).toBeGreaterThan(1);
    const output = await runNode([path], home);
    const lines = [...output.matchAll(/(\S+\.js:\d+)(?: update)?$/gm)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !line.startsWith("user.js:"))).toEqual([]);
  });

  test.each([
    ["mapped", ["--ssr", "--sourcemap"]],
    ["minified", ["--minify", "esbuild", "--sourcemap"]],
  ])("%s, they are the program's", async (name, options) => {
    const { path } = await built(name, options);
    const output = await runNode(["--enable-source-maps", path], home);
    expectLines(output, markedIn("user.ts", typescript));
  });

  test("minified without a map, there is a line", async () => {
    const { path, file } = await built("small", ["--minify", "esbuild"]);
    const output = await runNode([path], home);
    const lines = [...output.matchAll(/(\S+\.js:\d+)$/gm)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => line.startsWith(`${file}:`))).toBe(true);
    expect(output).not.toMatch(/ \?$/m);
  });
});
