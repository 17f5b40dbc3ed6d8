#!/usr/bin/env node
import { dispatch } from "./dispatch.ts";

// A reader that has enough, as `head` has, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`gpt-neo: standard output cannot be written: ${error.message}\n`);
  process.exit(1);
});

// What is only told is no reason to end what is done: a run goes on where its words find no place.
process.stderr.on("error", () => undefined);

const code = await dispatch(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  debug: Boolean(process.env.DEBUG),
});
// A command that was stopped has said so itself.
process.exitCode ||= code;
