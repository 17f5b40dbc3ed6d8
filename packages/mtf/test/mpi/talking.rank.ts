import { mpiRanks } from "../../src/mpi.ts";
import { tell } from "./rank.ts";

// One of some ranks that tell each other what they have.
const { rank, size, onMachine, share, gather } = mpiRanks();
const asked: number[] = [];
const wait = () => new Promise((resolve) => setTimeout(resolve, 50));
const shared = await share(async () => {
  asked.push(rank);
  await wait();
  return { rank, numbers: new Int32Array(300_000).fill(7) };
});
const sum = shared.numbers.reduce((total, number) => total + number, 0);
if (rank === 1) await wait();
const all = await gather(`rank ${rank}`);
tell(rank, [`${size} ${onMachine}`, `asked ${asked}`, `${shared.rank} ${sum}`, all.join()]);
