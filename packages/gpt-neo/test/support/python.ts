import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";

/** `PYTHON` may name several, as `PATH` does folders. */
const candidates = (process.env.PYTHON ?? "python3").split(delimiter);

/** The first Python that runs a program, libraries and all; where none does, it is said. */
export function pythonThat(program: string): string | undefined {
  const found = candidates.find(
    (python) => spawnSync(python, ["-c", program], { stdio: "ignore" }).status === 0,
  );
  if (!found) console.warn(`skipped: no Python here runs '${program}'`);
  return found;
}
