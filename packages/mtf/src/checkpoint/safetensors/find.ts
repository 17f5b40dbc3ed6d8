import { MtfError } from "../../errors.ts";
import { nearest } from "../../suggest.ts";

/**
 * The tensor of a name.
 *
 * @throws MtfError `bad-argument` that suggests one
 * @example
 * findTensor(file.tensors, "transformer.wte.weight", "model.safetensors").shape;
 */
export function findTensor<T>(tensors: ReadonlyMap<string, T>, name: string, file: string): T {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  const near = nearest(name, [...tensors.keys()]);
  throw new MtfError("bad-argument", `${file} has no tensor '${name}'.`, {
    ...(near !== undefined && { try: [near] }),
    file,
    name,
  });
}
