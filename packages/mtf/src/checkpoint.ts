// Files of tensors: reading and writing safetensors, whole or by boxes, without a device.
export * from "./checkpoint/safetensors/index.ts";
