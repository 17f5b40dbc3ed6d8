/** A place in a program's text, as a stack tells it. */
export interface Place {
  /** A path or an address. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Whether what stands for a file in a stack is part of the engine: `[].map` and the like. */
export function isEngine(file: string): boolean {
  return file === "native" || file.startsWith("[") || file.startsWith("node:");
}

/**
 * The places in the text of a stack, innermost first; frames of the engine's own have none.
 *
 * @example
 * placesIn("Error\n    at add (file:///app/model.ts:7:3)"); // [{ file: "file:///app/model.ts", … }]
 */
export function placesIn(stack: string): readonly Place[] {
  return stack.split("\n").flatMap((text): Place[] => {
    // `at f (FILE:1:2)` and `at FILE:1:2` of V8, `f@FILE:1:2` of others.
    const found = /^(?:\s*at (?:.*? \(|async )?|[^@]*@)(\S.*?):(\d+):(\d+)\)?$/.exec(text);
    if (!found || isEngine(found[1]!)) return [];
    return [{ file: found[1]!, line: Number(found[2]), column: Number(found[3]) }];
  });
}
