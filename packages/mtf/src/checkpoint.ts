// Files of tensors: safetensors, whole or by boxes, and checkpoints of what lies on a mesh.
export * from "./checkpoint/safetensors/index.ts";
export * from "./checkpoint/sharded/index.ts";
export { volumeOf } from "./shape.ts";
