import { MtfError } from "../errors.ts";
import type { Backend } from "./backend.ts";
import type { Computing } from "./computing.ts";

/** The backends that can be asked for by name. */
export type BackendName = "wasm" | "webgpu" | "cpu" | "tensorflow" | "reference";

/**
 * Loads a backend, and only the one that was asked for.
 *
 * @throws MtfError `backend-unavailable` if it cannot be loaded here
 * @example
 * const backend = await openBackend("wasm");
 */
export async function openBackend(
  name: BackendName,
  { threads, alone, deterministic }: Computing = { threads: 1, alone: false, deterministic: false },
): Promise<Backend> {
  try {
    switch (name) {
      case "wasm":
        return await (await import("./wasm/index.ts")).wasmBackend({
          relaxed: !deterministic,
          blas: deterministic ? "off" : { threads, alone },
        });
      case "webgpu":
        return await (await import("./webgpu/index.ts")).webgpuBackend(deterministic);
      case "cpu":
        return await (await import("./cpu.ts")).cpuBackend();
      case "tensorflow":
        return await (await import("./tensorflow/index.ts")).tensorflowBackend({
          threads,
          deterministic,
        });
      case "reference":
        return (await import("./reference/index.ts")).referenceBackend();
    }
  } catch (error) {
    if (error instanceof MtfError) throw error;
    throw unavailable(name, error instanceof Error ? error.message : String(error));
  }
  throw unavailable(name, "there is none of that name: wasm, webgpu, cpu, tensorflow or reference");
}

function unavailable(name: string, cause: string): MtfError {
  return new MtfError("backend-unavailable", `the backend '${name}' cannot be loaded here.`, {
    evidence: [["cause", cause]],
    backend: name,
  });
}
