import { MtfError } from "mtf";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { nestsTooDeep } from "./depth.ts";

/** A key of a NeoX config: under the name that Python has it by, and where it was written. */
export interface Entry {
  readonly key: string;
  /** As it is written: with dashes, perhaps. */
  readonly written: string;
  readonly value: unknown;
  readonly file: string;
  readonly line: number;
}

/**
 * The keys of a NeoX config, which is YAML 1.1 or JSON; dashes in keys are underscores.
 *
 * @throws MtfError `bad-file` naming lines if the text is neither, or has a key twice
 * @example
 * readNeox("num-layers: 12", "125M.yml"); // num_layers, 12, line 1
 */
export function readNeox(text: string, file: string): readonly Entry[] {
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined): number =>
    offset === undefined ? 1 : lines.linePos(offset).line;
  const bad = (found: readonly (readonly [offset: number | undefined, reason: string])[]) =>
    new MtfError("bad-file", `${file} cannot be read as YAML.`, {
      evidence: found.map(([offset, reason]) => [`${file}:${lineAt(offset)}`, reason]),
      file,
      line: lineAt(found[0]![0]),
      reason: found[0]![1],
    });
  const document = parsed(text, lines, (reason) => bad([[undefined, reason]]));
  if (document.errors.length > 0) {
    throw bad(document.errors.slice(0, 10).map(({ pos, message }) => [pos[0], message]));
  }
  if (document.contents === null) return [];
  if (!isMap(document.contents)) {
    throw bad([[document.contents.range?.[0], "it is no map of keys to values"]]);
  }
  const entries: Entry[] = [];
  for (const { key, value } of document.contents.items) {
    const offset = isScalar(key) ? key.range?.[0] : undefined;
    if (!isScalar(key) || typeof key.value !== "string") {
      throw bad([[offset, `the key ${JSON.stringify(key)} is no word`]]);
    }
    entries.push({
      key: key.value.replaceAll("-", "_"),
      written: key.value,
      value: plain(document, value, (reason) => bad([[offset, reason]])),
      file,
      line: lineAt(offset),
    });
  }
  return entries;
}

function parsed(
  text: string,
  lineCounter: LineCounter,
  bad: (reason: string) => MtfError,
): ReturnType<typeof parseDocument> {
  if (nestsTooDeep(text)) throw bad("it nests too deep");
  try {
    // Keys that are written twice are found when files are merged, dashes or not.
    return parseDocument(text.replace(/^\uFEFF/, ""), {
      version: "1.1",
      uniqueKeys: false,
      lineCounter,
      prettyErrors: false,
    });
  } catch (error) {
    throw bad((error as Error).message);
  }
}

type Node = { toJS?: (document: unknown) => unknown } | null;

function plain(document: unknown, node: unknown, bad: (reason: string) => MtfError): unknown {
  try {
    return (node as Node)?.toJS?.(document) ?? null;
  } catch (error) {
    throw bad((error as Error).message);
  }
}

/** `125M.yml:7` */
export function placeOf({ file, line }: Entry): string {
  return `${file}:${line}`;
}
