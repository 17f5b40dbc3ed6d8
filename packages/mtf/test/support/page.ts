import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A page of documentation: its code, and what the page says that prints. */
export interface Page {
  readonly file: string;
  readonly text: string;
  /** What its code is written in: all of a page's is in one language. */
  readonly language: "js" | "ts";
  /** The blocks of code in order. */
  readonly snippets: readonly Snippet[];
}

export interface Snippet {
  readonly code: string;
  /** The `text` block that follows, where there is one: what the snippet prints. */
  readonly printed: Block | undefined;
}

interface Block {
  readonly language: string;
  readonly content: string;
  readonly begin: number;
  readonly end: number;
}

export const root: string = fileURLToPath(new URL("../../../..", import.meta.url));

/** Reads a page of the repository. */
export function readPage(file: string): Page {
  const text = readFileSync(join(root, file), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match): Block => {
    const begin = match.index + match[0].indexOf("\n") + 1;
    return { language: match[1]!, content: match[2]!, begin, end: begin + match[2]!.length };
  });
  const snippets = blocks.flatMap((block, i): Snippet[] => {
    if (!isCode(block)) return [];
    const next = blocks[i + 1];
    return [{ code: block.content, printed: next?.language === "text" ? next : undefined }];
  });
  const language = blocks.find(isCode)?.language === "ts" ? "ts" : "js";
  return { file, text, language, snippets };
}

const isCode = ({ language }: Block) => language === "js" || language === "ts";

/** What a page links to beside it, without places within pages. Its code links to nothing. */
export function linksIn(file: string): readonly string[] {
  const text = readFileSync(file, "utf8").replace(/^```.*?^```/gms, "");
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)];
  return links.map((m) => (m[1] ?? m[2])!).filter((link) => !/^\w+:/.test(link));
}

const mark = "--- end of a snippet ---";

/**
 * Runs a page's snippets in order, as one module on the built packages, and gives what each prints.
 * Nothing is put between them, so that a printed program's lines are lines of the page's code.
 *
 * @param change what the code is turned into before it runs
 */
export async function runPage(
  page: Page,
  change = (code: string): string => code,
): Promise<readonly string[]> {
  const code = change(
    page.snippets
      .map(({ code }) => `${code.trimEnd()} console.log(${JSON.stringify(mark)});`)
      .join("\n"),
  );
  const module = page.language === "ts" ? withoutTypes(code) : code;
  const name = `${page.file.endsWith("README.md") ? "net" : basename(page.file, ".md")}.mjs`;
  const output = await inWorkspace({ [name]: module }, (folder) => runNode([name], folder));
  return output
    .split(`${mark}\n`)
    .slice(0, -1)
    .map((printed) => printed.replaceAll(/ +$/gm, ""));
}

/** A program that runs on workers where it ran on the simulator, and the other way round. */
export function onOtherDevices(code: string): string {
  const imports = /import \{ (simulator|workers) \} from "mtf\/\1";/g;
  return code.replace(imports, (_, name: "simulator" | "workers") => {
    const other = name === "simulator" ? "workers" : "simulator";
    // What computes stays, so that numbers are as exact as before.
    const backend = name === "simulator" ? "reference" : "wasm";
    const open = `${other} as other_${other}`;
    const call = `other_${other}(mesh, { backend: "${backend}", ...options })`;
    return `import { ${open} } from "mtf/${other}"; const ${name} = (mesh, options) => ${call};`;
  });
}

/** Runs a program of the workspace after a change of its code. */
export function runChanged(file: string, change: (code: string) => string): Promise<string> {
  const code = change(readFileSync(join(root, file), "utf8"));
  const name = basename(file);
  return inWorkspace({ [name]: code }, (folder) => runNode([name], folder));
}

const withoutTypes = (code: string) =>
  ts.transpile(code, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext });

/** Compiles a page's snippets as one module against the built packages, as strictly as can be. */
export async function compilePage({ snippets }: Page): Promise<string> {
  const compilerOptions = {
    ...{ module: "nodenext", target: "es2022", lib: ["es2023", "dom"], types: [], noEmit: true },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
    ...{ noUnusedLocals: true, noUnusedParameters: true, noImplicitReturns: true },
  };
  const files = {
    "page.mts": snippets.map(({ code }) => code).join("\n"),
    "tsconfig.json": JSON.stringify({ compilerOptions, files: ["page.mts"] }),
  };
  const compiler = join(root, "node_modules/typescript7/bin/tsc");
  return inWorkspace(files, (folder) => runNode([compiler, "-p", "."], folder));
}

let folders = 0;

/** Uses a folder with these files inside the workspace, where the packages are found by name. */
async function inWorkspace<R>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<R>,
): Promise<R> {
  const folder = join(root, "node_modules/.cache", `docs-${process.pid}-${folders++}`);
  mkdirSync(folder, { recursive: true });
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs Node to its end and gives its standard output; an exit code is an error. */
export function runNode(args: readonly string[], cwd: string = root): Promise<string> {
  return run(process.execPath, args, cwd);
}

/** Runs a program to its end, with the environment of a plain shell rather than of a test runner. */
export function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  // Of a test runner, and of the npm that started it: a folder elsewhere is not its project.
  const foreign =
    /^(NODE_OPTIONS|NODE_ENV|VITEST.*|npm_(package|lifecycle|command|config_local_prefix).*)$/;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !foreign.test(name)),
  );
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}\n${err}${out}`));
    });
  });
}

/** The page's text with what was printed in place of what it says is printed. */
export function withPrinted({ text, snippets }: Page, printed: readonly string[]): string {
  let result = text;
  snippets
    .map((snippet, i) => [snippet.printed, printed[i]!] as const)
    .reverse()
    .forEach(([block, now]) => {
      if (block) result = result.slice(0, block.begin) + now + result.slice(block.end);
    });
  return result;
}

/**
 * Whether a page says what is printed: the same text, but for the last digits of numbers with a
 * fraction, which no two backends share.
 */
export function sayTheSame(said: string, printed: string): boolean {
  const number = /-?\d+\.\d+/g;
  if (said.replaceAll(number, "#") !== printed.replaceAll(number, "#")) return false;
  const [left, right] = [said, printed].map((text) => (text.match(number) ?? []).map(Number));
  return left!.every((x, i) => Math.abs(x - right![i]!) <= 0.01 + 0.01 * Math.abs(x));
}
