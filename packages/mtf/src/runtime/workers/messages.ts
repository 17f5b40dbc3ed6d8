import type { Computing } from "../../backend/computing.ts";
import type { BackendName } from "../../backend/open.ts";
import type { HostArray } from "../../dtype.ts";
import type { Mesh } from "../../mesh.ts";
import type { GroupMemory } from "../collectives/shared/staging.ts";
import type { WireError } from "../failure.ts";
import type { Answers, Part, Request } from "../protocol.ts";

/** What a worker is told when it starts. */
export interface Start {
  readonly device: number;
  readonly axes: Mesh["axes"];
  /** A backend's name, or the address of a module whose default export makes one. */
  readonly backend: BackendName | { readonly module: string };
  readonly computing: Computing;
  /** One word, set when the devices are to give up. */
  readonly abort: SharedArrayBuffer;
  /** How often to look before sleeping at a barrier. */
  readonly spins: number;
}

export interface ToWorker {
  readonly id: number;
  /** Memory for sets of axes along which the worker has passed nothing before. */
  readonly groups: readonly GroupMemory[];
  readonly request: Request;
}

/** What the caller's side is told of a worker's backend. */
export interface BackendFacts {
  readonly variant: string;
  readonly limitBytes: number | undefined;
}

export type FromWorker =
  | { readonly kind: "ready"; readonly backend: BackendFacts }
  | { readonly kind: "answer"; readonly id: number; readonly value: Answers[Request["kind"]] }
  /** Without an id, the worker could not start. */
  | { readonly kind: "failed"; readonly id: number | undefined; readonly error: WireError }
  | { readonly kind: "aborted"; readonly id: number };

/** The memory of arrays that are of no use to the sender any more. */
export function transferable(numbers: readonly (HostArray | Part)[]): ArrayBuffer[] {
  return numbers.flatMap((part) => {
    if (!ArrayBuffer.isView(part) || !(part.buffer instanceof ArrayBuffer)) return [];
    return part.byteLength === part.buffer.byteLength ? [part.buffer] : [];
  });
}
