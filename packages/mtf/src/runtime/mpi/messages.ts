import type { HostArray } from "../../dtype.ts";
import type { Messages, SumOf } from "../collectives/messages/messages.ts";
import type { Mpi } from "./library.ts";

/** MPI counts in 32 bits: longer messages go in parts. */
const longestBytes = 1 << 30;

/**
 * Messages between the ranks of MPI, each of which hosts the device of its number.
 *
 * @param fastReduce whether sums are MPI's
 */
export function mpiMessages(mpi: Mpi, tag: number, fastReduce = false): Messages {
  const { requestBytes } = mpi;
  let requests = new Uint8Array(64 * requestBytes);
  /** What is being sent: it must not go away, or move, before it is there. */
  const sending: Uint8Array[] = [];

  const begin = (bytes: Uint8Array, to: number) => {
    const at = sending.length * requestBytes;
    if (at === requests.length) {
      const more = new Uint8Array(2 * requests.length);
      more.set(requests);
      requests = more;
    }
    sending.push(bytes);
    mpi.isend(bytes, to, tag, requests.subarray(at, at + requestBytes));
  };
  return {
    processes: Array.from({ length: mpi.size }, (_, rank) => [rank]),
    own: mpi.rank,
    add: mpi.add,
    ...(fastReduce && { sum: sumsOf(mpi) }),
    send(_, to, numbers) {
      for (const part of partsOf(numbers)) begin(part, to);
    },
    receive(_, awaited) {
      for (const { from, into } of awaited) {
        for (const part of partsOf(into)) mpi.recv(part, from, tag);
      }
      mpi.waitall(sending.length, requests);
      sending.length = 0;
    },
  };
}

/** A group is made when it first adds up, which all of its members do at the same time. */
function sumsOf(mpi: Mpi): NonNullable<Messages["sum"]> {
  const groups = new Map<string, SumOf>();
  return (members) => (own, sum) => {
    const key = members.join();
    const add = groups.get(key) ?? mpi.group(members);
    groups.set(key, add);
    add(own, sum);
  };
}

function partsOf({ buffer, byteOffset, byteLength }: HostArray): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < byteLength; at += longestBytes) {
    const length = Math.min(longestBytes, byteLength - at);
    parts.push(new Uint8Array(buffer, byteOffset + at, length));
  }
  return parts;
}
