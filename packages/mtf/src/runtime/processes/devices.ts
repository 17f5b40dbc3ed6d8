import { createHash } from "node:crypto";
import type { Backend } from "../../backend/backend.ts";
import type { MtfError } from "../../errors.ts";
import { memoryOfMachine } from "../../machine.ts";
import { type Mesh, printMesh } from "../../mesh.ts";
import { messageCollectives } from "../collectives/messages/collectives.ts";
import type { Messages } from "../collectives/messages/messages.ts";
import { devicesOf } from "../connect.ts";
import type { Devices } from "../devices.ts";
import { makeFleet } from "../fleet.ts";
import { type Host, makeHost } from "../host.ts";
import type { Answers, Request, RequestOf } from "../protocol.ts";
import { directLink } from "../thread/link.ts";
import { type Agree, agreeing } from "./agree.ts";

/** What one of several processes has of a mesh. */
export interface Process {
  readonly mesh: Mesh;
  readonly backend: Backend;
  readonly messages: Messages;
  /** The devices of all processes on this machine. */
  readonly machineDevices: number;
  /** Takes leave of the other processes: whoever waits for this one gives up. */
  end(reason: MtfError): void;
}

/**
 * The devices of a mesh that several processes host. All make the same calls in the same order, and
 * each computes for its own devices; what is read, all of them get.
 *
 * @throws MtfError `bad-argument` if the processes have different meshes or kernels
 */
export async function devicesOfProcess(process: Process): Promise<Devices> {
  const { mesh, backend, messages } = process;
  const agree = agreeing(mesh, messages);
  try {
    await agree("meshes", printMesh(mesh));
    await agree("kernels", backend.variant);
  } catch (error) {
    process.end(error as MtfError);
    throw error;
  }
  const own = messages.processes[messages.own]!;
  const all = Array.from({ length: mesh.size }, (_, device) => device);
  const host = makeHost(mesh, own, backend, messageCollectives(mesh, messages));
  const link = directLink(mesh, own, comparing(host, agree), all);
  const fleet = makeFleet({
    mesh,
    variant: backend.variant,
    capacity: {
      backendBytes: backend.limitBytes,
      sharers: own.length,
      machineBytes: memoryOfMachine(),
      machineDevices: process.machineDevices,
    },
    links: [
      {
        ...link,
        end(reason) {
          process.end(reason);
          return link.end(reason);
        },
      },
    ],
    ahead: 0,
  });
  return devicesOf(fleet);
}

/** A host that loads a program only if the other processes load the same. */
function comparing(host: Host, agree: Agree): Host {
  return {
    ...host,
    async answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      if ("code" in request) await agree("programs", digest(request.code));
      return host.answer<K>(request);
    },
  };
}

function digest(code: unknown): string {
  return createHash("sha256").update(JSON.stringify(code)).digest("hex");
}
