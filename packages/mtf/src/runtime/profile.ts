import { wrongArgument } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import { eventsOf } from "../profile/event.ts";
import { type Profile, profileOf } from "../profile/profile.ts";
import type { Fleet } from "./fleet.ts";

/** Has devices take down what they do while some work runs. */
export async function profileRuns(fleet: Fleet, work: () => Promise<unknown>): Promise<Profile> {
  if (typeof work !== "function") throw wrongArgument("profile", "work", "a function", work);
  if (fleet.profiled) {
    throw new MtfError("bad-argument", "profile: another profile is being taken.", {
      try: ["wait until it is there"],
    });
  }
  const programs: Fleet["profiled"] = new Map();
  const ask = (what: "begin" | "end") =>
    fleet.inOrder(() =>
      fleet.ask<"profile">(({ reached }) => ({ kind: "profile", ask: what, devices: reached })),
    );
  fleet.profiled = programs;
  try {
    await ask("begin");
    await work();
    const figures = (await ask("end")).flatMap((answer) => answer ?? []);
    return profileOf(eventsOf(figures, programs), fleet.mesh, fleet.variant);
  } catch (error) {
    // Devices that failed take nothing down any more; others are to stop, whatever that comes to.
    if (!fleet.failure) await ask("end").catch(() => undefined);
    throw error;
  } finally {
    fleet.profiled = undefined;
  }
}
