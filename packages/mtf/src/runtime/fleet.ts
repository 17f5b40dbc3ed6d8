import type { MaybePromise } from "../backend/backend.ts";
import { MtfError } from "../errors.ts";
import { coordinateOf, type Mesh } from "../mesh.ts";
import type { GroupMemory } from "./collectives/staging.ts";
import { Aborted, deviceFailed, messageOf } from "./failure.ts";
import type { Answers, Request, RequestOf } from "./protocol.ts";

/** The way to one host of devices, wherever it runs. */
export interface Link {
  /** The devices it hosts. */
  readonly devices: readonly number[];
  ask<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]>;
  /** Ends the host; what was asked and not answered rejects with `reason`. */
  end(reason: MtfError): Promise<void>;
}

/** All hosts of a mesh together. */
export interface Fleet {
  readonly mesh: Mesh;
  readonly variant: string;
  readonly links: readonly Link[];
  /** How many steps a caller may be ahead of the devices. */
  readonly ahead: number;
  /** Why the devices are of no use any more. */
  readonly failure: MtfError | undefined;
  groupMemory(axes: readonly string[]): GroupMemory;
  /**
   * Asks some hosts, in the order of calls: a request whose preparation takes long holds up those
   * after it. Gives the answers in the order of `links`, which is that of devices.
   */
  ask<K extends Request["kind"]>(
    prepare: () => MaybePromise<(link: Link) => RequestOf<K> | undefined>,
  ): Promise<readonly (Answers[K] | undefined)[]>;
  /** Ends all hosts because of an error. The first error is what all later calls are told. */
  fail(error: MtfError): void;
  close(): Promise<void>;
}

export interface FleetParts {
  readonly mesh: Mesh;
  readonly variant: string;
  readonly links: readonly Link[];
  readonly ahead: number;
  readonly groupMemory: (axes: readonly string[]) => GroupMemory;
}

export function makeFleet(parts: FleetParts): Fleet {
  let failure: MtfError | undefined;
  let reportFailure: (error: MtfError) => void;
  const failed = new Promise<MtfError>((resolve) => {
    reportFailure = resolve;
  });
  let order: Promise<unknown> = Promise.resolve();
  const pending = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const end = async (reason: MtfError): Promise<void> => {
    failure ??= reason;
    reportFailure(failure);
    await Promise.all(parts.links.map((link) => link.end(failure!)));
  };

  const fleet: Fleet = {
    ...parts,
    get failure() {
      return failure;
    },
    async ask(prepare) {
      if (closing) throw closed();
      const posted = order.then(async () => {
        if (failure) throw failure;
        const requestFor = await prepare();
        if (failure) throw failure;
        return parts.links.map(async (link) => {
          const request = requestFor(link);
          if (!request) return;
          return link.ask(request).catch((error: unknown) => {
            // A step that some devices did and others did not cannot be taken back.
            if (request.kind === "run" && error instanceof MtfError) fleet.fail(error);
            throw error;
          });
        });
      });
      order = posted.catch(() => undefined);
      const answers = posted.then((asked) => settleAll(asked));
      pending.add(answers);
      try {
        return await answers;
      } catch (error) {
        // Who gave up because of another device knows less than that one's own report.
        throw error instanceof Aborted ? await failed : error;
      } finally {
        pending.delete(answers);
      }
    },
    fail(error) {
      if (failure) return;
      end(error).catch(() => undefined);
    },
    close() {
      closing ??= order.then(() => Promise.allSettled(pending)).then(() => end(closed()));
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

function closed(): MtfError {
  return new MtfError("bad-argument", "the devices were closed.");
}
