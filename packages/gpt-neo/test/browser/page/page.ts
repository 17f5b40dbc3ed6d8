import { digestOf, filesIn } from "./files.ts";
import { type Asked, memoryOfSteps, say, trainIn } from "./run.ts";

/** What the test asks of the page. */
export interface Page {
  trainIn(asked: Asked): Promise<readonly number[]>;
  say(folder: string, mesh: string): Promise<string>;
  memoryOfSteps(): Promise<readonly number[]>;
  /** The files of a folder, by name, with what is in them. */
  digests(folder: string): Promise<Readonly<Record<string, string>>>;
  errorOf(asked: Asked): Promise<string>;
}

const page: Page = {
  trainIn,
  say,
  memoryOfSteps,
  async digests(folder) {
    const digests: Record<string, string> = {};
    for (const [name, file] of await filesIn(folder)) {
      digests[name] = await digestOf(await file.arrayBuffer());
    }
    return digests;
  },
  async errorOf(asked) {
    return trainIn(asked).then(
      () => "nothing wrong",
      (error: Error) => error.message,
    );
  },
};

(globalThis as unknown as { page: Page }).page = page;
