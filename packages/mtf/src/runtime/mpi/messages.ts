import type { HostArray } from "../../dtype.ts";
import type { Messages, SumOf } from "../collectives/messages/messages.ts";
import type { Mpi } from "./library.ts";

/** MPI counts in 32 bits: longer messages go in parts. */
const longestBytes = 1 << 30;

export interface MpiMessagesOptions {
  /** Whether sums are MPI's. */
  readonly fastReduce?: boolean;
  /** By rank, which host it is on. */
  readonly hosts?: readonly number[];
}

/**
 * Messages between the ranks of MPI, each of which hosts the device of its number.
 */
export function mpiMessages(
  mpi: Mpi,
  tag: number,
  { fastReduce = false, hosts }: MpiMessagesOptions = {},
): Messages {
  const requests = requestsOf(mpi);
  /** What is being sent: it must not go away, or move, before it is there. */
  const sending: (HostArray | undefined)[] = [];
  let count = 0;
  /** What is not yet under way. */
  let last: { readonly to: number; readonly part: HostArray } | undefined;

  const depart = (): void => {
    if (!last) return;
    const { to, part } = last;
    last = undefined;
    mpi.isend(part, to, tag, requests.at(count));
    sending[count++] = part;
  };
  /**
   * Two ranks that only send to each other do it by one call instead of three. It returns when both messages
   * are there: a rank that is in it while a third one waits for it could be waited for in a circle.
   */
  const exchanged = (awaited: Parameters<Messages["receive"]>[1]): boolean => {
    const [only] = awaited;
    if (!last || !only || awaited.length > 1 || count > 0) return false;
    const { to, part } = last;
    if (only.from !== to || only.into.byteLength > longestBytes) return false;
    last = undefined;
    mpi.exchange(part, to, only.into, to, tag);
    return true;
  };

  return {
    processes: Array.from({ length: mpi.size }, (_, rank) => [rank]),
    own: mpi.rank,
    add: mpi.add,
    ...(hosts && { hostOf: (device: number) => hosts[device]! }),
    ...(fastReduce && { sum: sumsOf(mpi) }),
    send(_, to, numbers) {
      inParts(numbers, (part) => {
        depart();
        last = { to, part };
      });
    },
    depart,
    receive(_, awaited) {
      if (exchanged(awaited)) return;
      depart();
      for (const { from, into } of awaited) inParts(into, (part) => mpi.recv(part, from, tag));
      if (count === 0) return;
      mpi.waitall(count, requests.at(0));
      while (count > 0) sending[--count] = undefined;
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

function inParts(numbers: HostArray, visit: (part: HostArray) => void): void {
  const { byteLength } = numbers;
  if (byteLength <= longestBytes) {
    visit(numbers);
    return;
  }
  const { buffer, byteOffset } = numbers;
  for (let at = 0; at < byteLength; at += longestBytes) {
    const length = Math.min(longestBytes, byteLength - at);
    visit(new Uint8Array(buffer, byteOffset + at, length));
  }
}

/** Requests one after the other in memory, as many as are asked for. */
function requestsOf({ requestBytes }: Mpi): { at(place: number): Uint8Array } {
  let memory = new Uint8Array(0);
  let all: readonly Uint8Array[] = [];
  return {
    at(place) {
      if (place === all.length) {
        const count = Math.max(64, 2 * place);
        const more = new Uint8Array(count * requestBytes);
        more.set(memory);
        memory = more;
        all = Array.from({ length: count }, (_, i) => more.subarray(i * requestBytes));
      }
      return all[place]!;
    },
  };
}
