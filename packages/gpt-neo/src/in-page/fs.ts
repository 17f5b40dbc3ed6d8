import { type Absent, absent } from "./absent.ts";

// A page's disk has no calls that return only when it has answered.

export const closeSync: Absent = absent("closeSync");
export const existsSync: Absent = absent("existsSync");
export const ftruncateSync: Absent = absent("ftruncateSync");
export const linkSync: Absent = absent("linkSync");
export const mkdirSync: Absent = absent("mkdirSync");
export const openSync: Absent = absent("openSync");
export const readFileSync: Absent = absent("readFileSync");
export const readSync: Absent = absent("readSync");
export const readlinkSync: Absent = absent("readlinkSync");
export const rmSync: Absent = absent("rmSync");
export const statSync: Absent = absent("statSync");
export const utimesSync: Absent = absent("utimesSync");
export const writeFileSync: Absent = absent("writeFileSync");
export const writeSync: Absent = absent("writeSync");
