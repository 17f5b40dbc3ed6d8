import * as fc from "fast-check";
import { tryAll } from "./draws.ts";

// `npm test` tries the same cases each time, so that a change that did no harm does not fail it;
// `npm run test:full` tries new ones.
if (!tryAll) fc.configureGlobal({ seed: 1 });
