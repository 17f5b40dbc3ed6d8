import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";

/** Why nothing can be asked at an address, as far as the system's error says what to do. */
export function notListening(error: unknown, host: string, port: number): unknown {
  const { code } = error as { readonly code?: string };
  const refused = (sentence: string, instead: string): MtfError =>
    new MtfError("bad-argument", `cannot listen at ${host}:${port}: ${sentence}.`, {
      try: [instead],
    });
  switch (code) {
    case "EADDRINUSE":
      return refused("somebody does", `${optionsInWords({ port: 0 })} for a port that is free`);
    case "EACCES":
      return refused("this user may not take that port", "a port from 1024 on");
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return refused(
        "this machine has no such address",
        `${optionsInWords({ host: "0.0.0.0" })} for all it has`,
      );
    default:
      return error;
  }
}
