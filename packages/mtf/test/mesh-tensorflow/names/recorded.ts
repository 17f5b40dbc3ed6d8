import { fixture } from "../fixture.ts";

/** The public names of each module of Mesh-TensorFlow, in the order of its source. */
export const names: Readonly<Record<string, readonly string[]>> = fixture("names.json");
