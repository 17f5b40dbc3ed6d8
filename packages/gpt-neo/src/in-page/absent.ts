import { MtfError } from "mtf";

/** A function of Node's that has nothing in its place in a page. */
export type Absent = (...given: unknown[]) => never;

/** What says so when it is called. */
export function absent(name: string): Absent {
  return () => {
    throw new MtfError("bad-argument", `${name} of Node's cannot be done in a page.`, {
      try: [
        "data as documents: `data: { documents: [await file.text()] }`",
        "what needs files of the machine in Node",
      ],
    });
  };
}
