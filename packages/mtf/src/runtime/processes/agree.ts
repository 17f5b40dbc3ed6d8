import { MtfError } from "../../errors.ts";
import type { Mesh } from "../../mesh.ts";
import { messageCollectives } from "../collectives/messages/collectives.ts";
import type { Messages } from "../collectives/messages/messages.ts";

/** Makes sure that all processes would do alike. */
export type Agree = (what: string, own: string) => Promise<void>;

/**
 * Has the first process tell all others what it goes by.
 *
 * @throws MtfError `bad-argument` in the processes that go by something else
 */
export function agreeing(mesh: Mesh, messages: Messages): Agree {
  const { broadcast } = messageCollectives(mesh, messages);
  const first = messages.processes[0]![0]!;
  return async (what, own) => {
    const bytes = new TextEncoder().encode(own);
    const length = Int32Array.of(bytes.length);
    await broadcast(first, length);
    const told = messages.own === 0 ? bytes : new Uint8Array(length[0]!);
    await broadcast(first, told);
    const theirs = new TextDecoder().decode(told);
    if (theirs === own) return;
    throw new MtfError("bad-argument", `the processes have different ${what}.`, {
      evidence: [
        ["process 0", theirs],
        [`process ${messages.own}`, own],
      ],
    });
  };
}
