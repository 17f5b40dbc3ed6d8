import type { Backend } from "../../src/backend/backend.ts";
import { openBackend } from "../../src/backend/open.ts";

/** The backend `webgpu`; undefined where there is no GPU, which says what is not tested therefore. */
export async function gpuFor(what: string): Promise<Backend | undefined> {
  try {
    return await openBackend("webgpu");
  } catch (error) {
    const reason = (error as Error).message;
    console.warn(`WITHOUT A GPU: ${what} on 'webgpu' is not tested. ${reason}`);
    return undefined;
  }
}
