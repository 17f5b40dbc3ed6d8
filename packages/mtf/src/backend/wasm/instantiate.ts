import { type KernelName, modules } from "./modules.generated.ts";
import { type Codes, codesIn } from "./opcodes.ts";

export type Run = (...numbers: number[]) => number;

/** The functions that the kernels' modules export; pointers and sizes are numbers of bytes. */
export type Kernels = { readonly [K in KernelName]: Readonly<Record<string, Run>> };

/** The kernels, working in the given memory, and whether they use relaxed SIMD. */
export interface Instantiated {
  readonly kernels: Kernels;
  readonly codes: Codes;
  readonly relaxed: boolean;
}

/**
 * Compiles the kernels for a memory.
 *
 * @param relaxed whether to use relaxed SIMD where the engine has it
 */
export async function instantiate(
  memory: WebAssembly.Memory,
  relaxed: boolean,
): Promise<Instantiated> {
  const use = relaxed && hasRelaxedSimd();
  const entries = Object.entries(modules).map(async ([name, variants]) => {
    const binary = decode(use ? variants.relaxed : variants.simd);
    const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
    return [name, instance.exports];
  });
  const kernels = Object.fromEntries(await Promise.all(entries));
  return { kernels, codes: codesIn(kernels.elementwise), relaxed: use };
}

function hasRelaxedSimd(): boolean {
  // Node 20's engine has it behind a flag.
  if (typeof process !== "undefined" && process.versions?.node?.startsWith("20.")) {
    process.getBuiltinModule("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
  }
  return WebAssembly.validate(decode(modules.matmul.relaxed));
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
