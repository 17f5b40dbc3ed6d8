import { soon } from "../thread/soon.ts";

/** Messages on their way to another thread. To send one costs more than most say: it wakes that thread. */
export interface Bundle<Message> {
  /** Sends a message with the next that goes, or before long. */
  add(message: Message, transfer?: readonly ArrayBuffer[]): void;
  /** Sends at once what has been added. */
  flush(): void;
}

/** @param post sends messages as one, in their order */
export function bundle<Message>(
  post: (messages: readonly Message[], transfer: ArrayBuffer[]) => void,
): Bundle<Message> {
  let held: Message[] = [];
  let moved: ArrayBuffer[] = [];

  function flush(): void {
    if (held.length === 0) return;
    const [messages, transfer] = [held, moved];
    [held, moved] = [[], []];
    post(messages, transfer);
  }

  return {
    add(message, transfer = []) {
      if (held.length === 0) soon(flush);
      held.push(message);
      moved.push(...transfer);
    },
    flush,
  };
}
