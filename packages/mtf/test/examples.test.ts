import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { entries, exportsOf, programOf } from "./support/exports.ts";
import { root } from "./support/page.ts";

// Everything that users can call says what it does and shows how, in code that compiles.

const exported = exportsOf(entries);

/** Whose examples stand in one setting, and whose exports they may use beside their own. */
const settings = {
  mtf: { tells: (module: string) => /^mtf(?!\/nn)/.test(module), uses: /^mtf(?!\/nn)/ },
  nn: { tells: (module: string) => module === "mtf/nn", uses: /^mtf/ },
  "gpt-neo": { tells: (module: string) => module === "gpt-neo", uses: /^(mtf(?!\/nn)|gpt-neo)/ },
};

/** One module with all examples of a setting, each in a scope of its own. */
function moduleOf(name: keyof typeof settings): string {
  const { tells, uses } = settings[name];
  const own = entries.filter(({ module }) => uses.test(module));
  const taken = new Set<string>();
  const imports = [...own].reverse().map(({ module }) => {
    const fresh = exported.get(module)!.filter((e) => e.isValue && !taken.has(e.name));
    for (const e of fresh) taken.add(e.name);
    return `import { ${fresh.map((e) => e.name).join(", ")} } from "${module}";`;
  });
  const setting = readFileSync(
    join(root, `packages/mtf/test/support/examples/${name}.txt`),
    "utf8",
  );
  const examples = own
    .filter(({ module }) => tells(module))
    .flatMap(({ module }) => exported.get(module)!)
    .flatMap((e) => e.examples.map((text) => `async function $${e.name}() {\n${text}\n}`));
  return [...imports, setting, ...new Set(examples)].join("\n");
}

const program = (() => {
  const files = (["mtf", "nn", "gpt-neo"] as const).map(
    (name) =>
      [join(root, `packages/mtf/test/support/examples/all-of-${name}.ts`), moduleOf(name)] as const,
  );
  return {
    files,
    program: programOf(
      files.map(([file]) => file),
      new Map(files),
    ),
  };
})();

describe.each(entries)("what $module exports", ({ module }) => {
  const values = exported.get(module)!.filter((e) => e.isValue);

  it("says what it does", () => {
    expect(values.filter((e) => e.text === "").map((e) => e.name)).toEqual([]);
  });

  it("has an example", () => {
    expect(values.filter((e) => e.examples.length === 0).map((e) => e.name)).toEqual([]);
  });
});

describe("the examples", () => {
  it.each(program.files)("compile: %s", (file) => {
    const source = program.program.getSourceFile(file)!;
    const wrong = [
      ...program.program.getSyntacticDiagnostics(source),
      ...program.program.getSemanticDiagnostics(source),
    ];
    const shown = wrong.map(({ start, messageText }) => {
      const { line } = source.getLineAndCharacterOfPosition(start!);
      const text = source.text.split("\n")[line]!;
      return `${text}\n  ${ts.flattenDiagnosticMessageText(messageText, "\n  ")}`;
    });
    expect(shown).toEqual([]);
  });
});
