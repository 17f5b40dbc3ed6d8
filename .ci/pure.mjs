// The planner and the checkpoints load without TensorFlow.js, in a page or anywhere else. This follows the imports
// of the built entry points, which is where it counts.

import { readFileSync } from "node:fs";

const dist = new URL("../packages/mtf/dist/", import.meta.url);
const imports = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
let wrong = 0;

for (const entry of ["index.js", "checkpoint.js", "files.js"]) {
  const files = [entry];
  for (const file of files) {
    for (const [, name] of readFileSync(new URL(file, dist), "utf8").matchAll(imports)) {
      if (name.startsWith("./") && !files.includes(name.slice(2))) files.push(name.slice(2));
      if (!name.startsWith("@tensorflow/")) continue;
      console.error(`dist/${entry} loads ${name}, through ${file}`);
      wrong++;
    }
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
