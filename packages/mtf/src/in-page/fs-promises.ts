// What the library asks of Node's `fs/promises`, in a page: paths lead to files of the origin's private
// file system (OPFS), relative ones from its root.

export { open } from "./file-handle.ts";
export { mkdir, readdir, rm, rmdir, unlink } from "./folders.ts";
export { access, readFile, realpath, stat, stat as lstat } from "./look.ts";
export { copyFile, rename } from "./move.ts";
