import type { Value } from "../program/program.ts";
import { free } from "./arrays.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId } from "./protocol.ts";
import type { Divided } from "./sources/divide.ts";

/**
 * Puts an array on the devices, once its source has answered. When a device cannot read its part
 * there is no array on any.
 */
export async function place(fleet: Fleet, value: Value, divided: Divided): Promise<ArrayId> {
  const array = fleet.newId();
  const parts =
    divided.kind === "function" ? await fleet.unlessEnded(divided.ask()) : divided.parts;
  try {
    await fleet.ask<"put">(({ devices }) => {
      return { kind: "put", array, value, parts: devices.map((device) => parts.get(device)!) };
    });
  } catch (error) {
    free(fleet, [array]);
    throw error;
  }
  return array;
}
