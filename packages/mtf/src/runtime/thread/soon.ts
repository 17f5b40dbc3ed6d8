/** Does something when what this thread has been sent by now has been heard. */
export function soon(work: () => void): void {
  if (typeof setImmediate === "function") setImmediate(work);
  else setTimeout(work);
}
