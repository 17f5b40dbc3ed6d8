/**
 * Has UCX, by which MPICH and Open MPI may send, not watch what memory this process maps: it would rewrite the
 * code of `mmap` and its kin while V8's threads call them, and now and then a process of MPICH's ended with a
 * damaged heap. It reads this when the library is loaded; what the user has set stays.
 */
export function leaveMemoryAlone(): void {
  process.env.UCX_MEM_EVENTS ??= "n";
}
