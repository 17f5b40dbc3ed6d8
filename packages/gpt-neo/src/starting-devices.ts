import { type Mesh, printMesh } from "mtf";
import type { Devices } from "mtf/simulator";
import { meshOf, openDevices, type SessionOptions } from "./session.ts";

/** Devices that start while it is found out what they are to hold. */
export interface StartingDevices {
  /** Those of a mesh, which start now if they have not before. */
  on(mesh: Mesh): Promise<Devices>;
  /** Ends them, but for those that were given: there is no use for them. */
  end(): Promise<void>;
}

/**
 * Workers take a while to start, and need to know no more than the mesh: where that is written, they
 * start at once.
 *
 * @param given devices that are there already
 */
export function startingDevices(
  options: SessionOptions,
  given: Devices | undefined,
): StartingDevices {
  let started = given ? undefined : startedEarly(options);
  const end = async (): Promise<void> => {
    const devices = await started?.devices.catch(() => undefined);
    await devices?.close();
  };
  return {
    async on(mesh) {
      if (given) return given;
      // Who chooses a mesh may choose another than was written.
      if (started && printMesh(started.mesh) !== printMesh(mesh)) {
        await end();
        started = undefined;
      }
      started ??= start(options, mesh);
      return started.devices;
    },
    end,
  };
}

interface Started {
  readonly mesh: Mesh;
  readonly devices: Promise<Devices>;
}

function start(options: SessionOptions, mesh: Mesh): Started {
  const devices = openDevices(options, mesh);
  // Whoever waits for them is told.
  devices.catch(() => undefined);
  return { mesh, devices };
}

function startedEarly(options: SessionOptions): Started | undefined {
  if (options.mesh === undefined || (options.runtime ?? "workers") !== "workers") return undefined;
  try {
    return start(options, meshOf(options, 1));
  } catch {
    // What is wrong with the mesh is told when its turn comes.
    return undefined;
  }
}
