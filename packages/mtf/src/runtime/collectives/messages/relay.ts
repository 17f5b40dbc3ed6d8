import type { HostArray } from "../../../dtype.ts";
import { after, type Phase } from "../../execute/device.ts";
import type { Awaited, Messages } from "./messages.ts";

/**
 * How numbers that all of a group are to have get from one device to the others: to each on its own host,
 * and to one on every other host, which passes them on there. So they go over the network once for each
 * host.
 */
export interface Relay {
  /** Whether anybody passes anything on. */
  readonly passesOn: boolean;
  send(numbers: HostArray): void;
  /**
   * Receives what others send, and passes it on.
   *
   * @param landing where it is to go, in the same order on all devices
   */
  receive(
    landing: () => readonly Awaited[],
    done: (landed: readonly Awaited[]) => void,
  ): readonly [Phase, ...Phase[]];
}

/**
 * @param members of the group
 * @param own the device that sends and receives
 */
export function relayOf(messages: Messages, members: readonly number[], own: number): Relay {
  const hosts = membersByHost(members, messages.hostOf);
  const sharers = (member: number) => hosts.find((there) => there.includes(member))!;
  /** Who on a host hears of a device: its devices in turns, so that each has as much to pass on. */
  const entrance = (from: number, there: readonly number[]) =>
    there[sharers(from).indexOf(from) % there.length]!;

  const here = sharers(own);
  const others = here.filter((member) => member !== own);
  const away = hosts.filter((there) => there !== here);
  const targets = [...others, ...away.map((there) => entrance(own, there))];
  const passesOn = hosts.length > 1 && hosts.some((there) => there.length > 1);
  /** Whom a device hears from. */
  const source = ({ from }: Awaited) => {
    if (here.includes(from) || entrance(from, here) === own) return from;
    return entrance(from, here);
  };

  return {
    passesOn,
    send(numbers) {
      for (const target of targets) messages.send(own, target, numbers);
    },
    receive(landing, done) {
      let awaited: readonly Awaited[] = [];
      const straight = () => {
        awaited = landing();
        return messages.receive(
          own,
          awaited.filter((one) => source(one) === one.from),
        );
      };
      if (!passesOn) return [() => after(straight(), () => done(awaited))];
      const passOn = () => {
        for (const one of awaited) {
          if (here.includes(one.from) || source(one) !== one.from) continue;
          for (const other of others) messages.send(own, other, one.into);
        }
      };
      const rest = () => {
        const passed = awaited.filter((one) => source(one) !== one.from);
        const sources = passed.map((one) => ({ from: source(one), into: one.into }));
        return messages.receive(own, sources);
      };
      return [() => after(straight(), passOn), () => after(rest(), () => done(awaited))];
    },
  };
}

function membersByHost(
  members: readonly number[],
  hostOf: Messages["hostOf"],
): readonly (readonly number[])[] {
  if (!hostOf) return [members];
  const hosts = new Map<number, number[]>();
  for (const member of members) {
    const there = hosts.get(hostOf(member));
    if (there) there.push(member);
    else hosts.set(hostOf(member), [member]);
  }
  return [...hosts.values()];
}
