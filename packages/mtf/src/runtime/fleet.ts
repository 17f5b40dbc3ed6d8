import { MtfError } from "../errors.ts";
import { coordinateOf, type Mesh } from "../mesh.ts";
import type { Program } from "../program/program.ts";
import type { Capacity } from "./capacity.ts";
import { Aborted, deviceFailed, messageOf } from "./failure.ts";
import type { Answers, Request, RequestOf } from "./protocol.ts";
import { type Runs, runsOf } from "./runs.ts";

/** The way to one host of devices, wherever it runs. */
export interface Link {
  /** The devices it hosts. */
  readonly devices: readonly number[];
  /** Those it can be asked about: what other processes host as well, where these are asked the same. */
  readonly reached: readonly number[];
  ask<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]>;
  /** Ends the host; what was asked and not answered rejects with `reason`. */
  end(reason: MtfError): Promise<void>;
}

/** All hosts of a mesh together. */
export interface Fleet {
  readonly mesh: Mesh;
  readonly variant: string;
  readonly links: readonly Link[];
  readonly capacity: Capacity;
  /** Why the devices are of no use any more. */
  readonly failure: MtfError | undefined;
  /** A number that nothing else on these devices goes by. */
  newId(): number;
  /** The devices that are hosted for this process, in ascending order. */
  readonly devices: readonly number[];
  /** Whether other processes host the others, and make the same calls. */
  readonly several: boolean;
  /** The runs of all programs. */
  readonly runs: Runs;
  /** How many runs a caller may be ahead of the devices. */
  readonly ahead: number;
  /** The programs that have been run since a profile was begun; undefined while none is taken. */
  profiled: Map<number, Program> | undefined;
  /** The way to ask about a device. */
  reaching(device: number): Link;
  /**
   * Sends requests to some hosts, at once: the order of calls is the order in which they get them.
   * Gives the answers in the order of `links`, which is that of devices.
   */
  ask<K extends Request["kind"]>(
    requestFor: (link: Link) => RequestOf<K> | undefined,
  ): Promise<readonly (Answers[K] | undefined)[]>;
  /**
   * Asks for what all processes have to do together. It is asked at once, for nobody is to wait for
   * what a run waits for; but several processes, each of which waits for its own sources, ask in the
   * order of calls.
   */
  inOrder<T>(ask: () => Promise<T>): Promise<T>;
  /** What a promise gives. @throws MtfError why the devices have ended, if they do before */
  unlessEnded<T>(promise: Promise<T>): Promise<T>;
  /** Ends all hosts because of an error. The first error is what all later calls are told. */
  fail(error: MtfError): void;
  /** Ends all hosts, whatever they are at. */
  close(): Promise<void>;
}

export interface FleetParts {
  readonly mesh: Mesh;
  readonly variant: string;
  readonly links: readonly Link[];
  readonly capacity: Capacity;
  /** How many runs a caller may be ahead of the devices. */
  readonly ahead: number;
}

export function makeFleet(parts: FleetParts): Fleet {
  let failure: MtfError | undefined;
  let closing: Promise<void> | undefined;
  let ids = 0;
  const reaching = new Map(
    parts.links.flatMap((link) => link.reached.map((device) => [device, link] as const)),
  );
  const runs = runsOf({
    ahead: parts.ahead,
    get failure() {
      return failure;
    },
  });
  const devices = parts.links.flatMap((link) => link.devices);
  /** Tells whoever waits for something that it will not come. */
  const waiting = new Set<(reason: MtfError) => void>();

  const end = async (reason: MtfError): Promise<void> => {
    failure ??= reason;
    for (const giveUp of waiting) giveUp(failure);
    waiting.clear();
    await Promise.all(parts.links.map((link) => link.end(failure!)));
  };

  const fleet: Fleet = {
    ...parts,
    get failure() {
      return failure;
    },
    newId: () => ids++,
    devices,
    runs,
    profiled: undefined,
    several: devices.length < parts.mesh.size,
    reaching: (device) => reaching.get(device)!,
    async ask(requestFor) {
      if (failure) throw failure;
      const asked = parts.links.map(async (link) => {
        const request = requestFor(link);
        if (!request) return;
        return link.ask(request).catch((error: unknown) => {
          // A step that some devices did and others did not cannot be taken back.
          // So is all that several processes are to do alike.
          const together = request.kind === "run" || fleet.several;
          if (together && error instanceof MtfError) fleet.fail(error);
          throw error;
        });
      });
      return fleet.unlessEnded(settleAll(asked));
    },
    async inOrder(ask) {
      if (!fleet.several) return ask();
      let asked: ReturnType<typeof ask> | undefined;
      await runs.send(undefined, () => {
        asked = ask();
        return asked;
      });
      return asked!;
    },
    unlessEnded(promise) {
      return new Promise((resolve, reject) => {
        const settled = () => waiting.delete(reject);
        promise.then(
          (value) => {
            settled();
            resolve(value);
          },
          (error: unknown) => {
            // Who gave up because of another device knows less than that one's report, which ends all.
            if (error instanceof Aborted) return;
            settled();
            reject(error);
          },
        );
        if (failure) reject(failure);
        else waiting.add(reject);
      });
    },
    fail(error) {
      if (failure) return;
      end(error).catch(() => undefined);
    },
    close() {
      closing ??= end(new MtfError("closed", "the devices were closed."));
      return closing;
    },
  };
  return fleet;
}

/** Waits for all, then throws the error that tells most. */
async function settleAll<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(asked);
  const errors = settled.flatMap((s) => (s.status === "rejected" ? [s.reason as unknown] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof Aborted)) ?? errors[0];
  return settled.map((s) => (s as PromiseFulfilledResult<T>).value);
}

/** What a host threw, as the caller is told. */
export function asFailure(error: unknown, mesh: Mesh, device: number): MtfError | Aborted {
  if (error instanceof MtfError || error instanceof Aborted) return error;
  const at = { number: device, coordinate: coordinateOf(mesh, device) };
  return deviceFailed(at, "outside of any instruction", messageOf(error));
}
