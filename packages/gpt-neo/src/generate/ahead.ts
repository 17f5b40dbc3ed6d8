import { dispose } from "mtf";
import type { Held } from "mtf/simulator";
import type { Glanced } from "./extend.ts";
import { drawsFor } from "./few/draws-for.ts";
import { type Few, type Glance, glanceOf, type Look, sameLook } from "./few/look.ts";
import { readFew } from "./few/read-few.ts";
import type { HeldCache } from "./held-cache.ts";
import type { Tokens } from "./tokens.ts";

/** A row that gets one id. */
export interface OneMore {
  readonly place: number;
  /** How many ids it has already. */
  readonly had: number;
  readonly id: number;
  /** What is enough of what follows the id. */
  readonly look: Look;
  /** What will be enough of what follows the id after it, where that may be asked for. */
  readonly nextLook: Look | undefined;
}

/** Steps that are told by glances, each begun before it is asked for where it may be. */
export interface Steps {
  /** What follows rows, in their order. */
  readonly glance: (rows: readonly OneMore[], glance: Glance) => Promise<readonly Few[]>;
  /** Whether a step is under way: then each row of the last has an id more in the cache than is known of. */
  readonly underWay: () => boolean;
  /** Throws away what is under way. The cache may be used by others after that. */
  readonly stop: () => Promise<void>;
}

/** The last step, of which nothing is known here, or what the devices would go on with, or do. */
type Last =
  | { readonly kind: "nothing" }
  | { readonly kind: "told"; readonly told: Followed }
  | { readonly kind: "begun"; readonly told: Followed; readonly next: Promise<Held<Glanced>> };

/** Rows by their places, and the id that devices take for each place. */
interface Followed {
  readonly rows: ReadonlyMap<number, OneMore>;
  readonly own: readonly number[];
}

/** After a step that was begun in vain, how many have to go on as devices would before one is begun again. */
const patience = 16;

/**
 * Keeps devices busy while ids are on their way here, are chosen and are sent back. The next step is sent
 * with the ids that devices take themselves, which need not leave them. Where rows then go on with just
 * these, it is the answer; otherwise it is thrown away. What it added to the cache lies behind all that rows
 * have, where nothing looks, until it is written over.
 *
 * @param beside whether devices compute beside this thread, and not in it
 */
export function stepsAhead(cache: HeldCache, beside: boolean): Steps {
  let last: Last = { kind: "nothing" };
  let doubts = 0;

  /** The step that was begun, if it is the one that is asked for. */
  async function begun(rows: readonly OneMore[]): Promise<Held<Glanced> | undefined> {
    const before = last;
    if (before.kind === "nothing") return undefined;
    const { told } = before;
    const others = rows.some((row) => goesOn(row, told) && row.id !== told.own[row.place]);
    doubts = others ? patience : Math.max(0, doubts - 1);
    if (others || before.kind === "told" || !rows.every((row) => isExpected(row, told))) {
      await stop();
      return undefined;
    }
    last = { kind: "nothing" };
    return before.next;
  }

  /** The step after one, with the ids that devices take; undefined where it is not to be begun. */
  function following(rows: readonly OneMore[], own: Held<Glanced>["own"]) {
    const glance = glanceOf(rows.map(({ nextLook }) => nextLook));
    const full = rows.some(({ had }) => had + 1 >= cache.room().memory);
    if (!glance || !beside || doubts > 0 || full) {
      dispose(own);
      return undefined;
    }
    const next = rows.map(({ place, had, nextLook }) => ({ place, had: had + 1, look: nextLook! }));
    const step = stepped(next, glance, own);
    // Whoever asks for it is told.
    step.catch(() => {});
    return step;
  }

  /** Adds an id to each row. */
  function stepped(
    rows: readonly Pick<OneMore, "place" | "had" | "look">[],
    glance: Glance,
    ids: Tokens["ids"],
  ): Promise<Held<Glanced>> {
    const places = cache.room().rows;
    const [before, counts] = [new Int32Array(places), new Int32Array(places)];
    for (const { place, had } of rows) [before[place], counts[place]] = [had, 1];
    const looks = rows.map(({ place, look }) => [place, look] as const);
    const draws = drawsFor(glance, looks, places);
    return cache.glance({ length: 1, ids, before, counts }, glance, draws);
  }

  async function stop(): Promise<void> {
    const before = last;
    last = { kind: "nothing" };
    if (before.kind === "begun") dispose(await before.next);
  }

  return {
    glance: async (rows, glance) => {
      const { few, own } =
        (await begun(rows)) ?? (await stepped(rows, glance, idsOf(rows, cache.room().rows)));
      const reading = readFew(few);
      const next = following(rows, own);
      const told = await reading.catch(async (error: unknown) => {
        await next?.then(dispose, () => {});
        throw error;
      });
      const followed = {
        rows: new Map(rows.map((row) => [row.place, row])),
        own: told.map((one) => one.own),
      };
      last = next ? { kind: "begun", told: followed, next } : { kind: "told", told: followed };
      return rows.map(({ place }) => told[place]!);
    },
    underWay: () => last.kind === "begun",
    stop,
  };
}

/** Whether a row goes on from one of the last step, with whatever id. */
function goesOn({ place, had }: OneMore, { rows }: Followed): boolean {
  return rows.get(place)?.had === had - 1;
}

/** Whether it is what devices have gone on with. */
function isExpected(row: OneMore, told: Followed): boolean {
  const expected = told.rows.get(row.place)?.nextLook;
  const same = goesOn(row, told) && row.id === told.own[row.place];
  return same && expected !== undefined && sameLook(row.look, expected);
}

function idsOf(rows: readonly OneMore[], places: number): Int32Array {
  const ids = new Int32Array(places);
  for (const { place, id } of rows) ids[place] = id;
  return ids;
}
