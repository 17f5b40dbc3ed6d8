import { join } from "node:path";
import ts from "typescript";
import { root } from "./page.ts";

/** An export of a package: a function, a value or a type. */
export interface Exported {
  readonly name: string;
  readonly isValue: boolean;
  readonly text: string;
  readonly examples: readonly string[];
}

/** The module of a package that users import, and where it stands. */
export interface Entry {
  readonly module: string;
  readonly file: string;
}

export const entries: readonly Entry[] = [
  { module: "mtf", file: "packages/mtf/src/index.ts" },
  ...["nn", "simulator", "workers", "mpi", "checkpoint", "files"].map((name) => ({
    module: `mtf/${name}`,
    file: `packages/mtf/src/${name}.ts`,
  })),
  { module: "gpt-neo", file: "packages/gpt-neo/src/index.ts" },
];

const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);

/** A program of some files, of which these are not on the disk. */
export function programOf(
  files: readonly string[],
  written: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => written.get(path) ?? readFile(path);
  host.fileExists = (path) => written.has(path) || fileExists(path);
  return ts.createProgram([...files], options, host);
}

/** What each entry exports, by its module's name. */
export function exportsOf(of: readonly Entry[]): ReadonlyMap<string, readonly Exported[]> {
  const program = programOf(of.map(({ file }) => join(root, file)));
  const checker = program.getTypeChecker();
  const exported = ({ file }: Entry): readonly Exported[] => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, file))!)!;
    return checker.getExportsOfModule(module).map((symbol) => {
      const alias = symbol.flags & ts.SymbolFlags.Alias;
      const own = alias ? checker.getAliasedSymbol(symbol) : symbol;
      return {
        name: symbol.name,
        isValue: (own.flags & ts.SymbolFlags.Value) !== 0,
        text: ts.displayPartsToString(own.getDocumentationComment(checker)),
        examples: own
          .getJsDocTags(checker)
          .filter((tag) => tag.name === "example")
          .map((tag) => ts.displayPartsToString(tag.text)),
      };
    });
  };
  return new Map(of.map((entry) => [entry.module, exported(entry)]));
}
