import { afterAll, beforeAll, expect } from "vitest";

// Files of tests share a process: what one leaves changed of it, the next would meet.

/** Libraries read these once, when they are loaded: what loads them sets them for the process. */
const ofLibraries = /^(UCX|OPENBLAS|TF)_/;

/** What a process has one of. */
function shared(): object {
  return {
    folder: process.cwd(),
    // An object has no order: a variable that is taken away and put back becomes the last.
    environment: Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !ofLibraries.test(name)),
    ),
    pid: process.pid,
    writes: [process.stdout.write, process.stderr.write].map((write) => write.name),
    clock: performance.now.name + setTimeout.name,
  };
}

let before: object;
beforeAll(() => {
  before = shared();
});
afterAll(() => {
  expect(shared(), "a test left the process changed").toEqual(before);
});
