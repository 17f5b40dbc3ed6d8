import { type Absent, absent } from "./absent.ts";

export const spawnSync: Absent = absent("spawnSync");
