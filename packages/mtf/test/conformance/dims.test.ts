import { test } from "vitest";
import { openBackend } from "../../src/backend/open.ts";
import { backendsOr, drawn, finiteOnly } from "../support/backends.ts";
import { checkBackend } from "../support/checkBackend.ts";
import { kinds } from "../support/kernelCases.ts";

const [name] = backendsOr("wasm");
const backend = await openBackend(name!);
const finite = finiteOnly.has(name);

test.each(kinds)("%s takes any number of dims", (kind) =>
  checkBackend(backend, { kinds: [kind], runs: drawn(60), crowd: 5, finite }),
);
