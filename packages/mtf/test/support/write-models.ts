// Writes models into a folder without end, each in as many files as the next of the counts says:
// `write-models.ts FOLDER COUNT,COUNT,…`. All numbers of a model are its number.
import { writeModel } from "../../src/checkpoint/safetensors/index.ts";

const [folder, counts] = [process.argv[2]!, process.argv[3]!.split(",").map(Number)];
const shape = [64, 1024];
const bytes = 4 * shape[0]! * shape[1]!;
const names = Array.from({ length: 12 }, (_, i) => `t${i}`);

for (let model = 1; ; model++) {
  const count = counts[model % counts.length]!;
  const data = new Float32Array(shape[0]! * shape[1]!).fill(model);
  await writeModel(
    folder,
    names.map((name) => ({ name, dtype: "F32", shape, data })),
    { maxShardSize: (bytes * names.length) / count },
  );
  process.stdout.write(`${model}\n`);
}
