import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Where a peer's file lies. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
}

/** Why a Python cannot import modules, if it cannot. */
export function missingFrom(python: string, modules: readonly string[]): string | undefined {
  const missing = modules.find((module) => {
    // To find a module takes no time, to import it may take seconds.
    const program = `import importlib.util as u, sys; sys.exit(u.find_spec("${module}") is None)`;
    return spawnSync(python, ["-c", program], { stdio: "ignore" }).status !== 0;
  });
  return missing && `${python} has no ${missing} here`;
}
