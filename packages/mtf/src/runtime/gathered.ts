import type { Fleet } from "./fleet.ts";

/**
 * What each process that hosts devices has, by device. All of them ask for it, as JSON can hold it.
 *
 * @throws MtfError why the devices have ended
 */
export async function gathered<T>(fleet: Fleet, own: T): Promise<readonly T[]> {
  const text = JSON.stringify(own);
  const [texts] = await fleet.inOrder(() => fleet.ask<"gather">(() => ({ kind: "gather", text })));
  return texts!.map((told) => JSON.parse(told) as T);
}
