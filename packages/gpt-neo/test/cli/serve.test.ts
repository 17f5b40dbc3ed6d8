import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, it } from "vitest";
import { saveModel } from "../../src/model-folder.ts";
import { type Call, start, temporaryFolder } from "../support/cli.ts";
import { serving } from "../support/served.ts";

const { servedModel } = serving();

const folder = join(temporaryFolder(), "a-model");
const { config, parameters, tokenizer } = await servedModel();
mkdirSync(folder);
await saveModel(folder, config, parameters, tokenizer);
writeFileSync(join(folder, "chat_template.jinja"), "{{ messages[0].content }}");

/** Waits until a server tells where it listens. */
async function listening({ stderr }: Call): Promise<string> {
  let told = "";
  for (;;) {
    const [, url] = /^a-model at (\S+)$/m.exec(told) ?? [];
    if (url !== undefined) return url;
    told += (await once(stderr!, "data"))[0];
  }
}

it("serve answers, tells nothing of what it is asked, and ends when that is answered", async () => {
  const at = ["--port", "0", "--mesh", "data:2", "--context", "96"];
  const server = start(["serve", "--model", folder, ...at, "--api-key", "first", "second"]);
  const baseURL = await listening(server);
  expect(baseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  const client = new OpenAI({ baseURL, apiKey: "second", maxRetries: 0 });
  await expect(client.withOptions({ apiKey: "third" }).models.list()).rejects.toThrow(/401/);
  const base = { model: "a-model", seed: 5, temperature: 0.5, logit_bias: { 256: -100 } };
  const asked = { ...base, prompt: "A secret", max_tokens: 80 };
  const whole = await client.completions.create(asked);
  const messages = [{ role: "user" as const, content: "A secret" }];
  const chat = await client.chat.completions.create({ ...base, messages, max_tokens: 80 });
  expect(chat.choices[0]!.message.content).toBe(whole.choices[0]!.text);
  const stream = await client.completions.create({ ...asked, stream: true });
  let text = "";
  for await (const { choices } of stream) {
    if (text === "") server.kill("SIGTERM");
    text += choices[0]!.text;
  }
  expect(text).toBe(whole.choices[0]!.text);
  const { code, stdout, stderr } = await server.done;
  expect(stderr).toContain("answering what has been asked; again to stop now");
  expect(stderr + stdout).not.toMatch(/secret|completions|second/);
  expect(code).toBe(0);
});

it("serve tells at once what it cannot do", async () => {
  const { code, stderr } = await start(["serve", "--model", folder, "--port", "70000"]).done;
  expect(stderr).toContain("--port is at most 65535");
  expect(code).toBe(1);
  const small = ["serve", "--model", folder, "--mesh", "data:1", "--context", "96"];
  const told = await start([...small, "--cache", "2KiB"]).done;
  expect(told.stderr).toContain("is too small for one text of 96 tokens");
  expect(told.stderr).toContain("--cache 1MiB");
  const large = await start([...small, "--cache", "5GiB"]).done;
  expect(large.stderr).toContain("this machine is too small for mesh data:1");
});

it("serve tells at once where it cannot listen, and what to do", async () => {
  const first = start(["serve", "--model", folder, "--port", "0", "--mesh", "data:1"]);
  const { hostname, port } = new URL(await listening(first));
  const toldAt = async (host: string, at: string) => {
    const args = ["--mesh", "data:1", "--host", host, "--port", at];
    const { code, stderr } = await start(["serve", "--model", folder, ...args]).done;
    expect(code).toBe(1);
    return stderr;
  };
  const taken = await toldAt(hostname, port);
  expect(taken).toContain(`cannot listen at ${hostname}:${port}: somebody does`);
  expect(taken).toContain("--port 0 for a port that is free");
  // An address that is kept for examples.
  const away = await toldAt("203.0.113.7", "0");
  expect(away).toContain("this machine has no such address");
  expect(away).toContain("--host 0.0.0.0 for all it has");
  first.kill("SIGTERM");
  expect((await first.done).code).toBe(0);
});
