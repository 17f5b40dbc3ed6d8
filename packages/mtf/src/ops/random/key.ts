import { wrongArgument } from "../../arguments.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, isTensor, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { seedKey } from "../../random/threefry.ts";
import { misuse, requireDtype } from "../check.ts";
import { filled } from "../constant/constant.ts";

/** What random numbers are a function of, beside their position. */
export type Key = Tensor<"~key", "int32">;

// A name that no dimension of a user can have, so layouts cannot split a key.
const dims = [{ name: "~key", size: 2 }];

/**
 * A key from a seed.
 *
 * @throws MtfError `bad-argument` unless the seed is a whole number from 0 to 2^53 - 1
 * @example
 * const initial = normal(fold(key(42), "up"), [embd, hidden], { std: 0.02 });
 */
export function key(seed: number): Key {
  if (typeof seed !== "number") throw wrongArgument("key", "seed", "a whole number", seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw misuse("bad-argument", `key: ${seed} is no whole number from 0 to 2^53 - 1.`, {});
  }
  return makeTensor("literal", { data: seedKey(seed) }, [], { dims, dtype: "int32" }) as never;
}

/**
 * A new key from a key and a number, a name, or a step held on the devices. Different ones give
 * independent keys; no order of calls plays a part.
 *
 * @throws MtfError `bad-argument` unless a number is an int32, `dtype-mismatch`, `not-a-scalar`
 * @example
 * fold(fold(k, state.step), "h3/attn");
 */
export function fold(key: Key, data: number | string | Scalar<"int32">): Key {
  const number = isTensor(data) ? (data as AnyTensor) : filled(numberOf(data), [], "int32");
  requireDtype("fold", number, ["int32"], "data");
  if (number.names.length > 0) {
    throw misuse("not-a-scalar", "fold: the number has dims.", { number });
  }
  return makeTensor("fold", {}, [keyArgument("fold", key), number], {
    dims,
    dtype: "int32",
  }) as never;
}

/** A key given to a function that draws numbers. */
export function keyArgument(op: string, key: unknown): AnyTensor {
  if (isTensor(key) && key.dtype === "int32" && key.names.join() === "~key") return key;
  const advice = typeof key === "number" ? [`key(${key})`] : ["key(42)"];
  throw wrongArgument(op, "key", "a key", key, { try: advice });
}

function numberOf(data: unknown): number {
  if (typeof data === "string") return hash(data);
  if (typeof data !== "number") {
    throw wrongArgument("fold", "data", "a number, a name or an int32 scalar", data);
  }
  if (data !== (data | 0)) throw misuse("bad-argument", `fold: ${data} is not an int32.`, {});
  return data;
}

/** FNV-1a of the UTF-8 bytes, as an int32. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h | 0;
}
