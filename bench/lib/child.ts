import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// A benchmark and its children, in whatever language, pass objects, one a line, by the child's
// stdin and stdout. Everything else that a child writes to stdout is dropped.

/** A process that answers. */
export interface Child {
  /** @throws Error if the process ends without answering */
  ask<Answer>(question: object): Promise<Answer>;
  /** Ends it, and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts a module of bench/ in a process of its own, with TypeScript as here. */
export function startModule(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Child {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  return start(process.execPath, ["--expose-gc", "--import", "tsx", path, ...args], env);
}

export function start(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Child {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  // Who has ended cannot be written to: `ended` tells it.
  child.stdin!.on("error", () => undefined);
  const waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (line.startsWith("{")) waiting.shift()?.resolve(JSON.parse(line));
  });
  void ended.then(() => {
    for (const { reject } of waiting.splice(0)) reject(new Error(endOf(child)));
  });
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  return {
    ask<Answer>(question: object) {
      return new Promise<Answer>((resolve, reject) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          return reject(new Error(endOf(child)));
        }
        waiting.push({ resolve: resolve as (answer: unknown) => void, reject });
        child.stdin!.write(`${JSON.stringify(question)}\n`);
      });
    },
    async end() {
      stop();
      await ended;
      process.off("exit", stop);
    },
  };
}

function endOf(child: ChildProcess): string {
  return `it ended with ${child.signalCode ?? `code ${child.exitCode}`} before it answered`;
}

/** The child's side: answers every question by `answer`. */
export async function serve<Question>(
  answer: (question: Question) => Promise<object>,
): Promise<void> {
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
    }
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
