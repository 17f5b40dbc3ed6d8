import type { Reporter, TestModule } from "vitest/node";
import { isExcepted, parts } from "./parts.ts";

/** Tells what failed where, and ends with a table: each part, how much of it passed, and the bound. */
export default class Table implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors())
      console.log(`${module.relativeModuleId}: ${error.message}`);
    for (const test of module.children.allTests("failed")) {
      console.log(`\nFAILED ${test.fullName}`);
      for (const { message } of test.result().errors ?? []) console.log(message);
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = parts.map((part) => {
      const module = modules.find(({ relativeModuleId }) => relativeModuleId === part.file);
      return [
        part.title,
        isExcepted(part) ? "excepted" : verdict(module),
        isExcepted(part) ? "WGSL lets an implementation assume that there are none" : part.bound,
      ];
    });
    const widths = [0, 1].map((i) => Math.max(...lines.map((line) => line[i]!.length)));
    console.log(`\nconformance of the backend '${process.env.MTF_BACKEND}'\n`);
    for (const [title, result, bound] of lines) {
      console.log(`${title!.padEnd(widths[0]!)}  ${result!.padEnd(widths[1]!)}  ${bound}`);
    }
  }
}

function verdict(module: TestModule | undefined): string {
  if (!module) return "did not run";
  if (module.errors().length > 0) return "did not load";
  const all = [...module.children.allTests()];
  const failed = all.filter((test) => test.result().state === "failed").length;
  const passed = all.filter((test) => test.result().state === "passed").length;
  return failed === 0 ? `${passed} passed` : `${failed} failed, ${passed} passed`;
}
