import { type Entry, entryAt, fileAt, named } from "./entries.ts";
import { guarded, systemError } from "./errors.ts";
import { mkdir, readdir, rm } from "./folders.ts";

/** Moving files is in browsers; declarations lack it so far. */
type Movable = FileSystemFileHandle & {
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
};

/** A file takes the place of another one in one go; a folder moves file by file. */
export async function rename(from: string, to: string): Promise<void> {
  await guarded("rename", from, async () => {
    const entry: Entry = await entryAt(from);
    const target = await named(to);
    if (target.name === undefined) throw systemError("EEXIST", "rename", to);
    if (entry.kind === "file") return (entry as Movable).move(target.parent, target.name);
    await mkdir(to);
    for (const name of await readdir(from)) await rename(`${from}/${name}`, `${to}/${name}`);
    await rm(from);
  });
}

export async function copyFile(from: string, to: string): Promise<void> {
  await guarded("copyfile", from, async () => {
    const file = await (await fileAt(from, "copyfile")).getFile();
    const { parent, name } = await named(to);
    const target = await parent.getFileHandle(name!, { create: true });
    await file.stream().pipeTo(await target.createWritable());
  });
}
