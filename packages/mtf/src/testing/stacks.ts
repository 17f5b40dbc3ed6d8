// Every node that a test makes looks at the call stack, and printing one through source maps is slow:
// without this it takes a quarter of the time of all tests. A place's line is looked up once instead.

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

if (real && real.name !== "fromSources") {
  Error.prepareStackTrace = function fromSources(error, sites) {
    const head = `${error.name || "Error"}: ${error.message || ""}`;
    return head + sites.map(frameOf).join("");
  };
}
