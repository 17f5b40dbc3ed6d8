import { type Absent, absent } from "./absent.ts";

export const createGunzip: Absent = absent("createGunzip");
