export { acquireLock, type Lock } from "./lock.ts";
