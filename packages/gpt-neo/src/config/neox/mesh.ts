import { optionsInWords } from "../../options-in-words.ts";
import { isOff, type Keys, numberOf } from "../key-rules.ts";
import type { Note } from "../note.ts";

/** The devices that every layer is split over. */
export function modelAxis(keys: Keys): number {
  return Math.max(1, (keys.model_parallel_size as number | undefined) ?? 1);
}

function devicesOf(keys: Keys): number | undefined {
  if (typeof keys.global_num_gpus === "number") return keys.global_num_gpus;
  if (typeof keys.num_gpus !== "number") return undefined;
  return keys.num_gpus * (typeof keys.num_nodes === "number" ? keys.num_nodes : 1);
}

/** The devices that each have their own samples. */
export function replicasOf(keys: Keys): number | undefined {
  const devices = devicesOf(keys);
  const model = modelAxis(keys);
  const pipe = Math.max(1, numberOf(keys.pipe_parallel_size ?? 1));
  const replicas = devices === undefined ? undefined : devices / model / pipe;
  return Number.isSafeInteger(replicas) ? replicas : undefined;
}

/** The mesh of as many devices as a config names; of one per slice of the model where it names none. */
export function meshOf(keys: Keys, notes: Note[]): string | undefined {
  const model = modelAxis(keys);
  const replicas = replicasOf(keys);
  if (replicas !== undefined) return `data:${replicas},model:${model}`;
  if (model === 1) return undefined;
  notes.push([
    "model_parallel_size",
    `is mesh model:${model}; more devices: ${optionsInWords({ mesh: `data:N,model:${model}` })}`,
  ]);
  return `model:${model}`;
}

/** ZeRO keeps slices of the state on the devices that have their own samples. */
export function storageOf(keys: Keys, notes: Note[]): string | undefined {
  const stage = (keys.zero_optimization as Keys | null | undefined)?.stage;
  if (isOff(stage)) return undefined;
  const replicas = replicasOf(keys);
  if (replicas !== undefined && (keys.hidden_size as number) % replicas === 0) return "embd:data";
  notes.push(["zero_optimization", 'kept slices of the state: `storage: "embd:data"` does']);
  return undefined;
}
