import { MtfError } from "mtf";
import { shownName } from "../data/pipe.ts";

/** The option that names a pipe. */
export type PipeOption = "data" | "validationData";

/** What goes on with the file that keeps what a pipe gave. */
function goingOn(file: string, option: PipeOption): string {
  return `no \`${option}\`, to go on with what came before, which ${file} keeps`;
}

/** The error of a pipe that is named when a run goes on, and through which nothing comes. */
export function nothingCame(pipe: string, file: string, option: PipeOption): MtfError {
  return new MtfError("bad-argument", `nothing came through ${shownName(pipe)}.`, {
    try: [goingOn(file, option)],
    file: pipe,
  });
}

/** The error of a pipe that is named when a run goes on, and is there no more. */
export function gonePipe(pipe: string, file: string, option: PipeOption): MtfError {
  return new MtfError("bad-file", `${pipe}: there is no such file.`, {
    try: [goingOn(file, option)],
    file: pipe,
  });
}

/** The error of a file that kept what a pipe gave, and is there no more. */
export function lostFile(pipe: string, file: string, option: PipeOption): MtfError {
  const sentence = `${file} is gone, which had what came through ${shownName(pipe)}.`;
  return new MtfError("bad-file", sentence, {
    try: [`\`${option}: ["FILE"]\`, the same again`],
    file,
  });
}
