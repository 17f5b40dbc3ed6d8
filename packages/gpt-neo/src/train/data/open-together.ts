import type { Team } from "../../team.ts";
import type { OpenedData } from "./opened-data.ts";

/** Opens data in the first process, which reads them for all; the others wait until that is done. */
export async function openTogether(
  team: Team,
  open: () => Promise<OpenedData>,
): Promise<OpenedData> {
  const own = team.leads ? await open() : undefined;
  const isValidated = await team.share(() => own!.validation !== undefined);
  return own ?? readElsewhere(isValidated);
}

/** What a process has of data that another one reads. */
function readElsewhere(isValidated: boolean): OpenedData {
  const never = (): never => {
    throw new Error("the first process reads the data");
  };
  return {
    take: never,
    prepare: async () => undefined,
    validation: isValidated ? never : undefined,
    counts: {},
    close: async () => undefined,
  };
}
