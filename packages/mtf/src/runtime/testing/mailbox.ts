import type { HostArray } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import type { Messages } from "../collectives/messages/messages.ts";

/**
 * Messages between devices of one process.
 *
 * @param hostOf as if they were on several hosts
 */
export function mailbox(devices: readonly number[], hostOf?: Messages["hostOf"]): Messages {
  const queues = new Map<string, HostArray[]>();
  return {
    processes: [devices],
    own: 0,
    hostOf,
    send(from, to, numbers) {
      const queue = queues.get(`${from} ${to}`) ?? [];
      queues.set(`${from} ${to}`, queue);
      queue.push(numbers.slice());
    },
    receive(to, awaited) {
      for (const { from, into } of awaited) {
        const numbers = queues.get(`${from} ${to}`)?.shift();
        if (numbers?.length !== into.length || numbers.constructor !== into.constructor) {
          throw internal(`device ${to} awaited another message of ${from}`);
        }
        into.set(numbers);
      }
    },
  };
}
