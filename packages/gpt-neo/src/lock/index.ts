export { acquireLock, type Lock } from "./lock.ts";
export { lockFolder } from "./run-lock.ts";
