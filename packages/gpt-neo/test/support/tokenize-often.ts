// Tokenizes and saves after every unit: `tokenize-often.ts FORMAT OUT FILE…`.
import { tokenize } from "../../src/tokenize/tokenize.ts";

const [format, out, ...files] = process.argv.slice(2);
await tokenize(files, {
  out: out!,
  name: "text",
  format: format === "bin" ? "bin" : "tfrecords",
  tokenizer: { kind: "gpt2" },
  read: {},
  workers: 0,
  example: 500,
  perFile: 100,
  saveEvery: 0,
});
