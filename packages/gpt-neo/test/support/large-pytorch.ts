import { join } from "node:path";
import { largeTensors, type Piece, sizeOf, writeConfig, writePieces } from "./large-tensors.ts";

/** A model as torch.save writes it: a zip that packs nothing; its file. */
export async function writePytorch(folder: string): Promise<string> {
  await writeConfig(folder);
  const file = join(folder, "pytorch_model.bin");
  const entries = [
    ["archive/data.pkl", pickle()] as const,
    ...largeTensors.map((tensor, key) => [`archive/data/${key}`, tensor] as const),
  ];
  const pieces: Piece[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, data] of entries) {
    const size = sizeOf(data);
    // Version, flags, method, time, checksum (nobody's business), sizes, lengths of names.
    const about = Buffer.alloc(26);
    about.writeUInt32LE(size, 14);
    about.writeUInt32LE(size, 18);
    about.writeUInt16LE(name.length, 22);
    const header = Buffer.concat([Buffer.from("PK\x03\x04"), about, Buffer.from(name)]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const entry = [Buffer.from("PK\x01\x02\0\0"), about, place, Buffer.from(name)];
    directory.push(Buffer.concat(entry));
    pieces.push(header, data);
    at += header.length + size;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  await writePieces(file, [...pieces, list, end]);
  return file;
}

/** An OrderedDict of tensors, as Python's pickle of protocol 2 has it. */
function pickle(): Uint8Array {
  const text = (value: string): Buffer => {
    const bytes = Buffer.alloc(5 + value.length, "X");
    bytes.writeUInt32LE(value.length, 1);
    bytes.write(value, 5);
    return bytes;
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(5, "J");
    bytes.writeInt32LE(value, 1);
    return bytes;
  };
  const code = (letters: string): Buffer => Buffer.from(letters, "latin1");
  const tuple = (...items: readonly Buffer[]): Buffer =>
    Buffer.concat([code("("), ...items, code("t")]);
  const numbers = (values: readonly number[]): Buffer => tuple(...values.map(number));
  const dict = code("ccollections\nOrderedDict\n)R");
  const items = largeTensors.flatMap(({ name, shape, bytes }, key) => {
    const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((a, b) => a * b, 1));
    const kind = code("ctorch\nFloatStorage\n");
    const id = tuple(text("storage"), kind, text(String(key)), text("cpu"), number(bytes / 4));
    const args = [id, code("QK\0"), numbers(shape), numbers(strides), code("\x89"), dict];
    return [text(name), code("ctorch._utils\n_rebuild_tensor_v2\n"), tuple(...args), code("R")];
  });
  return Buffer.concat([code("\x80\x02"), dict, code("("), ...items, code("u.")]);
}
