#!/usr/bin/env node
// What names lines of code names those of the sources, and not of the bundles that are built of them. That
// has to be known before they are loaded, and takes a while: so it is only where lines are named.
const namesLines = process.argv.some((word) => /^--profile(=|$)/.test(word)) || process.env.DEBUG;
if (namesLines) process.setSourceMapsEnabled(true);
await import("../dist/cli.js");
