import { afterEach, expect, test } from "vitest";
import { loadKoffi } from "../../koffi.ts";
import { leaveMemoryAlone } from "./memoryHooks.ts";

const before = process.env.UCX_MEM_EVENTS;
afterEach(() => {
  if (before === undefined) delete process.env.UCX_MEM_EVENTS;
  else process.env.UCX_MEM_EVENTS = before;
});

// What a library sees of the environment, which is not all that JavaScript does.
const koffi = process.platform === "linux" ? loadKoffi() : undefined;
const seen = koffi?.load("libc.so.6").func("const char *getenv(const char *)");
if (!seen) console.warn("WHAT UCX SEES IS NOT TESTED: that takes Linux, and koffi");

test.skipIf(!seen)("UCX is told not to watch memory, unless the user has told it something", () => {
  delete process.env.UCX_MEM_EVENTS;
  leaveMemoryAlone();
  expect(seen!("UCX_MEM_EVENTS")).toBe("n");
  process.env.UCX_MEM_EVENTS = "y";
  leaveMemoryAlone();
  expect(seen!("UCX_MEM_EVENTS")).toBe("y");
});
