import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes longest, most of it in processes of its own: begun last, it would run on one core. */
const long = [
  "examples/examples.test.ts",
  "bench/bench.test.ts",
  "examples/transformer.test.ts",
  "packages/gpt-neo/test/resume.test.ts",
  "packages/gpt-neo/test/killed.test.ts",
  "packages/mtf/test/layout/layout.test.ts",
  "packages/mtf/test/processes/processes.test.ts",
  "packages/gpt-neo/test/cache.test.ts",
  "examples/programs.test.ts",
  "examples/models.test.ts",
];

/** Begins with the longest tests, also where there are no times of an earlier run to go by. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = long.findIndex((name) => moduleId.endsWith(`/${name}`));
      return place < 0 ? long.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
