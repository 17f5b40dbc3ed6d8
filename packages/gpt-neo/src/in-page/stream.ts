import { type Absent, absent } from "./absent.ts";

export const Readable: { readonly from: Absent } = { from: absent("Readable.from") };
