/** A frame of a call stack, as V8 has it before it is printed. */
export interface Frame {
  /** A path or an address; null for what is no file's. */
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/**
 * The frames in the text of a stack that are in files, innermost first.
 *
 * @example
 * framesIn("Error\n    at add (file:///app/model.ts:7:3)")[0]!.getLineNumber(); // 7
 */
export function framesIn(stack: string): readonly Frame[] {
  return stack.split("\n").flatMap((text): Frame[] => {
    // `at f (FILE:1:2)` and `at FILE:1:2` of V8, `f@FILE:1:2` of others.
    const found = /^(?:\s*at (?:.*? \(|async )?|[^@]*@)(\S.*?):(\d+):(\d+)\)?$/.exec(text);
    if (!found) return [];
    const [, file, line, column] = found;
    const frame = {
      getFileName: () => file!,
      getLineNumber: () => Number(line),
      getColumnNumber: () => Number(column),
    };
    return [frame];
  });
}

/** The file of a frame; undefined for the engine's own frames: `[].map` and the like. */
export function fileOf(frame: Frame): string | undefined {
  const file = frame.getFileName();
  if (file === null || file === "native" || file.startsWith("[") || file.startsWith("node:")) {
    return undefined;
  }
  return file;
}
