import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root } from "./support/page.ts";

// What an editor offers while a program is written: exactly the dims that can be meant.

const setting = `
import * as m from "mtf";
declare const x: m.Tensor<"batch" | "length" | "embd">;
declare const scores: m.Tensor<"batch" | "length" | "heads">;
declare const ids: m.Tensor<"batch" | "length", "int32">;
declare const w: m.Tensor<"embd" | "ff">;
declare const gain: m.Tensor<"embd">;
declare const ff: m.Dimension<"ff">;
`;

/** A program with its cursor, `|`, and what can stand there. */
const offered: Readonly<Record<string, string>> = {
  'm.sum(x, "|")': "batch length embd",
  'm.sum(x, "batch", "|")': "batch length embd",
  'm.mean(x, "|")': "batch length embd",
  'm.softmax(x, "|")': "batch length embd",
  'm.argmax(x, "|")': "batch length embd",
  'm.topK(x, "|", ff)': "batch length embd",
  'm.concat([x, x], "|")': "batch length embd",
  'm.layerNorm(x, gain, gain, "|")': "batch length embd",
  'm.softmaxCrossEntropy(x, ids, "|")': "batch length embd",
  'm.gather(w, ids, "|")': "embd ff",
  'm.rename(x, "|", "memory")': "batch length embd",
  'm.merge(x, ["|"], ff)': "batch length embd",
  'm.named(x, ["|"])': "",
  'm.contract(x, w, "|")': "embd",
  'm.contract(x, scores, "|")': "batch length",
  'm.contract(x, scores, "batch", "|")': "batch length",
  'm.einsum(x, w, "|")': "batch length embd ff",
  'm.einsum(x, w, "batch", "|")': "batch length embd ff",
  'm.einsum(x, w, "batch", "length", "|")': "batch length embd ff",
  'm.einsum([x, w, gain], ["|"])': "batch length embd ff",
  'm.einsum([x, w, gain], ["batch", "|"])': "batch length embd ff",
  'm.add(x, "|")': "",
  'm.placeholder([ff], "|")': "float32 int32 bool",
  "m.withLayout(x, { | })": "batch embd length",
};

const names = Object.keys(offered);
const programs = names.map((program) => `${program.replace("|", "")};\n`);
const text = setting + programs.join("");

const file = join(root, "packages/mtf/test/completed.ts");
const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const service = ts.createLanguageService({
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
  getCurrentDirectory: () => root,
  getScriptFileNames: () => [file],
  getScriptVersion: () => "",
  getScriptSnapshot: (path) => {
    const content = path === file ? text : ts.sys.readFile(path);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCompilationSettings: () => options,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
});

/** What is offered at the cursor of a program. */
function completions(index: number): string {
  const begin = setting.length + programs.slice(0, index).join("").length;
  const at = begin + names[index]!.indexOf("|");
  const entries = service.getCompletionsAtPosition(file, at, {})?.entries ?? [];
  // Where nothing better is known, TypeScript offers what stands there: nothing.
  return entries
    .map((entry) => entry.name)
    .filter((name) => name !== "")
    .join(" ");
}

describe("an editor offers exactly the dims that can be meant", () => {
  it.each(names)("%s", (program) => {
    expect(completions(names.indexOf(program))).toBe(offered[program]);
  });
});
