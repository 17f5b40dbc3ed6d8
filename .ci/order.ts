import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, most of it in processes of its own: begun last, it would run on one core. */
const long = [
  "packages/mtf/test/layout/layout.test.ts",
  "packages/mtf/test/processes/processes.test.ts",
  "bench/bench.test.ts",
  "examples/examples.test.ts",
  "examples/transformer.test.ts",
  "packages/gpt-neo/test/resume.test.ts",
  "packages/gpt-neo/test/killed.test.ts",
  "packages/gpt-neo/test/cache.test.ts",
  "examples/programs.test.ts",
  "examples/models.test.ts",
];

/**
 * Begins with files that have a process of their own, for one between others ends the process that those
 * share; then with the longest, also where there are no times of an earlier run to go by.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = long.findIndex((name) => moduleId.endsWith(`/${name}`));
      return (place < 0 ? long.length : place) - (project.config.isolate ? 2 * long.length : 0);
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
