import { type Frame, framesIn } from "../stack.ts";

// Every node that a test makes looks at the call stack, and printing one through source maps is slow:
// without this it takes a quarter of the time of all tests. A place's line is looked up once instead,
// and of a stack that nobody prints, only the lines that are asked for.

const real = Error.prepareStackTrace;
const printed = new Map<string, string>();

/** What a frame reads as in its source. */
function frameOf(site: NodeJS.CallSite): string {
  const key = `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}:${site.getFunctionName()}`;
  let text = printed.get(key);
  if (text === undefined) {
    const stack: string = real!({ name: "", message: "" } as Error, [site]);
    text = stack.slice(stack.indexOf("\n"));
    printed.set(key, text);
  }
  return text;
}

/** A frame in its source. A file is transformed into one of the same name: that needs no looking up. */
function frameIn(site: NodeJS.CallSite): Frame {
  let mapped: Frame | undefined;
  const lookUp = () => {
    mapped ??= framesIn(frameOf(site))[0];
    return mapped;
  };
  return {
    getFileName: () => site.getFileName() ?? null,
    getLineNumber: () => lookUp()?.getLineNumber() ?? null,
    getColumnNumber: () => lookUp()?.getColumnNumber() ?? null,
  };
}

if (real && real.name !== "fromSources") {
  Error.prepareStackTrace = function fromSources(error, sites) {
    // What holds a stack and is no error is the library's, which looks at frames.
    if (!(error instanceof Error)) return sites.map(frameIn);
    const head = `${error.name || "Error"}: ${error.message || ""}`;
    return head + sites.map(frameOf).join("");
  };
}
