import { wrongArgument } from "../../arguments.ts";
import type { Key } from "../../ops/random/key.ts";

/** What a router draws from, which needs to be there. */
export function keyOf(op: string, { key }: { readonly key?: Key | undefined }): Key {
  if (key) return key;
  throw wrongArgument(op, "key", "a key, as something is drawn", key, {
    try: ['mixtureOfExperts(x, params, { …, key: fold(k, "experts") })'],
  });
}
