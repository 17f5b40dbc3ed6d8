import { rankHere } from "mtf/mpi";
import { given, tell } from "../../../mtf/test/mpi/rank.ts";
import { generateText } from "../../src/index.ts";
import { trainSome } from "./trainSome.ts";

// One of two ranks that train a model from code, and go on with it.
const [how] = given;
const told: string[] = [];
const { model, loss } = await trainSome("mpi", {
  onStep: ({ step }) => told.push(`step ${step}`),
  stopped: () => {
    if (how === "throws" && rankHere() === 1) throw new Error("rank 1 has had enough");
    return false;
  },
});
let text = "";
for await (const piece of generateText(model, "One", { maxNewTokens: 5 })) text += piece;
await model.close();
tell(rankHere()!, [told.join(), `${loss}`, JSON.stringify(text)]);
