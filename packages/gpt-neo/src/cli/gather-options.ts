import type { Command } from "./command.ts";
import { flag, required, text, texts } from "./option.ts";

export interface GatherOptions {
  readonly from: readonly string[];
  readonly to: string;
  readonly json?: boolean;
}

export const gatherCommand: Command<GatherOptions> = {
  name: "gather",
  summary: "make checkpoints whole that hosts without a shared folder have saved",
  usage: "--from DIR… --to DIR",
  options: {
    from: required(texts("DIR", "the run's folders of the other hosts, brought here", "a folder")),
    to: required(text("DIR", "the run's folder of the host that told of the run")),
    json: flag("end standard output with one object that says what was gathered"),
  },
  notes: `On mpi, each process saves its own part of a checkpoint. Where all write to one folder, it is
whole. Otherwise bring the folders to one host first:
  scp -r hostb:runs/book from-b
  gpt-neo gather --from from-b --to runs/book
The other folders stay as they are. After that, the run goes on from any number of processes, on
any runtime; on several hosts, each of them needs the gathered folder.`,
};
