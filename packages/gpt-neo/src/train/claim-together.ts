import type { Log } from "../open-log.ts";
import type { Team } from "../team.ts";
import { type Claim, claimFolder } from "./claim.ts";
import type { KeptRun } from "./options.ts";

/** A log that another process writes. */
const elsewhere: Log = { append: () => undefined, close: () => undefined };

/**
 * Claims the folder of a run in the first process, and tells the others what lies there.
 *
 * @throws MtfError as `claimFolder`, in the first process
 */
export async function claimTogether(options: KeptRun, team: Team): Promise<Claim> {
  const claim = team.leads ? await claimFolder(options) : undefined;
  const { out } = options;
  try {
    const checkpoint = await team.share(() => claim!.checkpoint);
    const nothing = async (): Promise<void> => undefined;
    const open = async (): Promise<Log> => elsewhere;
    const others = { checkLog: nothing, remember: nothing, release: nothing };
    return claim ?? { out, checkpoint, unfinished: [], open, ...others };
  } catch (error) {
    await claim?.release();
    throw error;
  }
}
