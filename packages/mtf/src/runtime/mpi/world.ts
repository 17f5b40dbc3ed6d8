import { hostname } from "node:os";
import { defineMesh } from "../../mesh.ts";
import { messageCollectives } from "../collectives/messages/collectives.ts";
import { tellingTime } from "./endAll.ts";
import { findMpi } from "./find.ts";
import type { Mpi } from "./library.ts";
import { mpiMessages } from "./messages.ts";
import { pause, takeTurn } from "./turn.ts";

/** All processes that were started together, and this one among them. */
export interface World {
  readonly mpi: Mpi;
  /** By rank, which host a process is on: the lowest rank that is there. */
  readonly hosts: readonly number[];
  /** How many of them are on this machine. */
  readonly onMachine: number;
  /** A tag that no other messages have. */
  newTag(): number;
  /** Has all processes end, soon if this one does not end by itself. */
  fail(reason: Error): void;
}

/** How long a process that failed may take to end by itself, in milliseconds. */
const patience = 1000;

// A process begins to use MPI once, and ends with it.
let world: World | undefined;

/** @throws MtfError `backend-unavailable` where there is no MPI */
export function theWorld(): World {
  world ??= join(findMpi());
  return world;
}

/** The world that this process is part of by now, if it is. */
export function joinedWorld(): World | undefined {
  return world;
}

function join(mpi: Mpi): World {
  let failed = false;
  let tags = 0;
  const endAll = (code: number) => {
    pause(tellingTime);
    mpi.abort(code);
  };
  // Node prints what nobody has caught after all else, when this process is no more.
  process.on("uncaughtExceptionMonitor", (error) => {
    if (process.listenerCount("uncaughtException") > 0) return;
    const before = takeTurn(mpi.rank, mpi.size);
    console.error(before === "" ? error : `${before}${error?.stack ?? error}`);
    endAll(1);
  });
  // Who ends well waits for the others to; who does not takes them along.
  process.once("exit", (code) => {
    if (code === 0 && !failed) mpi.finalize();
    else endAll(code === 0 ? 1 : code);
  });
  const hosts = hostsOf(mpi, tags++);
  return {
    mpi,
    hosts,
    onMachine: hosts.filter((host) => host === hosts[mpi.rank]).length,
    newTag: () => tags++,
    fail(reason) {
      failed = true;
      const end = () => {
        console.error(`${takeTurn(mpi.rank, mpi.size)}${reason.message}`);
        endAll(1);
      };
      setTimeout(end, patience).unref();
    },
  };
}

/** Each tells the others the name of its host. */
function hostsOf(mpi: Mpi, tag: number): readonly number[] {
  const all = messageCollectives(defineMesh({ rank: mpi.size }), mpiMessages(mpi, tag));
  const own = new Uint8Array(256);
  new TextEncoder().encodeInto(hostname(), own);
  const names = Array.from({ length: mpi.size }, (_, rank) => {
    const name = rank === mpi.rank ? own.slice() : new Uint8Array(256);
    void all.broadcast(rank, name);
    return name.join();
  });
  return names.map((name) => names.indexOf(name));
}
