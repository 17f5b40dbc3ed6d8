import type { MaybePromise } from "../backend/backend.ts";
import type { HostArray } from "../dtype.ts";
import { free } from "./arrays.ts";
import type { Fleet, Link } from "./fleet.ts";
import type { Given } from "./given.ts";
import { place } from "./place.ts";
import type { ArrayId, Feed } from "./protocol.ts";
import type { PartsOf } from "./sources/divide.ts";

/** A run's inputs as they are sent. */
export interface Feeds {
  /** Those for each of a host's devices. */
  for(link: Link): readonly Feed[];
  /** Arrays that were put on the devices for this run alone. */
  readonly placed: readonly ArrayId[];
  /** Those of them that the run leaves alone. */
  readonly temporary: readonly ArrayId[];
}

/**
 * Gets what a run is given ready to be sent: functions give their numbers, and devices read their
 * parts of files, so that none finds out in the midst of a run that it cannot. A promise only where
 * there is something to wait for.
 */
export function feedsOf(fleet: Fleet, inputs: readonly Given[]): MaybePromise<Feeds> {
  const ready = inputs.map((input) => readied(fleet, input));
  if (!ready.some((feed) => feed instanceof Promise)) return together(ready as Readied[]);
  const all = Promise.all(ready).then(together);
  // What came for a run that is not to be is of no use to anybody.
  all.catch(() => {
    freeAsTheyCome(
      fleet,
      ready.map(async (feed) => sourceIn(await feed)?.array?.id),
    );
  });
  return all;
}

/** What is held by now needs no more than its number. */
type Readied = ArrayId | ReadiedSource;

interface ReadiedSource {
  readonly feedFor: (link: Link) => Feed;
  /** The array that was put on the devices for it. */
  readonly array?: { readonly id: ArrayId; readonly donated: boolean };
}

function readied(fleet: Fleet, input: Given): MaybePromise<Readied> {
  if (input.kind === "array") return input.array.id;
  const { divided, value, donated } = input;
  switch (divided.kind) {
    case "numbers":
      return inParts(divided.parts);
    case "function":
      return fleet.unlessEnded(divided.ask()).then(inParts);
    case "file":
      return place(fleet, value, divided).then((id) => {
        return { feedFor: () => id, array: { id, donated } };
      });
  }
}

function inParts(parts: PartsOf<HostArray>): ReadiedSource {
  return { feedFor: ({ devices }) => ({ parts: devices.map((device) => parts.get(device)!) }) };
}

function together(ready: readonly Readied[]): Feeds {
  const sources = ready.filter((feed) => typeof feed !== "number");
  const placed = sources.flatMap(({ array }) => array ?? []);
  return {
    for: (link) => ready.map((feed) => (typeof feed === "number" ? feed : feed.feedFor(link))),
    placed: placed.map(({ id }) => id),
    temporary: placed.flatMap(({ id, donated }) => (donated ? [] : [id])),
  };
}

function sourceIn(feed: Readied): ReadiedSource | undefined {
  return typeof feed === "number" ? undefined : feed;
}

/** Frees what is of no use any more when it comes. */
function freeAsTheyCome(fleet: Fleet, arrays: readonly Promise<ArrayId | undefined>[]): void {
  for (const array of arrays) {
    array.then(
      (id) => id !== undefined && free(fleet, [id]),
      () => undefined,
    );
  }
}
