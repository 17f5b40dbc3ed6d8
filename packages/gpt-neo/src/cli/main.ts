#!/usr/bin/env node
import { dispatch } from "./dispatch.ts";

// A reader that has enough, as `head` has, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const code = await dispatch(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  debug: Boolean(process.env.DEBUG),
});
// A command that was stopped has said so itself.
process.exitCode ||= code;
