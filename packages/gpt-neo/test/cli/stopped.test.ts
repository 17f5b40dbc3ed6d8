import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TokenizeResult } from "../../src/cli/run/tokenize.ts";
import { call, resultOf, start, temporaryFolder } from "../support/cli.ts";
import { writeRepeated } from "../support/repeated.ts";

const folder = temporaryFolder();

it("tokenize that is stopped says so by its exit code, and the same call ends it", async () => {
  const line = Buffer.from("Some words of a text, again and again, and a number: 1234567890.\n");
  const text = join(folder, "text.txt");
  await writeRepeated(text, line, 500_000);
  const args = ["tokenize", "--tokenizer", "gpt2", "--output-format", "bin", "--workers", "1"];
  args.push("--json", "--data", text, "--out", join(folder, "ids"));

  const stopped = start(args);
  // The first progress.
  await once(stopped.stderr!, "data");
  stopped.kill("SIGINT");
  const { code, stderr } = await stopped.done;
  expect(stderr).toContain("the same command goes on");
  expect(code).toBe(130);

  const done = await call(...args);
  expect(done.code).toBe(0);
  const { documents, tokens, files } = resultOf<TokenizeResult>(done);
  expect(documents).toBe(1);
  const again = await call(...args);
  expect(again.stderr).toContain("it was finished before");
  expect(resultOf(again)).toMatchObject({ documents, tokens, files });
});
