import { MtfError } from "../../errors.ts";
import { type Mesh, printMesh } from "../../mesh.ts";

/**
 * What makes the memory that the workers of a mesh share. Browsers give such memory to pages alone that
 * are isolated from others; a device that is alone does without.
 *
 * @throws MtfError `backend-unavailable` where the page has to be isolated, and is not
 */
export function sharing(mesh: Mesh): (bytes: number) => SharedArrayBuffer {
  if (globalThis.crossOriginIsolated) return (bytes) => new SharedArrayBuffer(bytes);
  if (mesh.size === 1) return (bytes) => new ArrayBuffer(bytes) as unknown as SharedArrayBuffer;
  throw new MtfError(
    "backend-unavailable",
    `the ${mesh.size} workers of ${printMesh(mesh)} cannot share memory: this page is not cross-origin isolated.`,
    {
      evidence: [["page", globalThis.location?.origin ?? "unknown"]],
      try: [
        "the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: " +
          "require-corp with the page and its scripts, over https or from localhost",
        "a mesh of one device, which shares memory with nobody",
      ],
      workers: mesh.size,
    },
  );
}
