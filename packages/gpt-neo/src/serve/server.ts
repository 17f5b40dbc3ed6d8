import { Readable } from "node:stream";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { streamedAnswer, wholeAnswer } from "./answered.ts";
import { chat } from "./chat/chat.ts";
import { completions } from "./completions/completions.ts";
import type { Continuations } from "./continuations.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorBody } from "./error-body.ts";
import { errorOf } from "./error-of.ts";
import { eventStream } from "./event-stream.ts";
import { takeJson, wrongBody } from "./json-body.ts";
import { keyCheck, ownerOf } from "./keys.ts";
import { metrics } from "./metrics.ts";
import { checkModel } from "./model-name.ts";
import { notListening } from "./not-listening.ts";
import { refuseOtherMethods } from "./other-methods.ts";
import type { PoolUse } from "./paged/paged-logits.ts";
import { promptJob } from "./prompt-job.ts";
import { RequestError } from "./request-error.ts";
import { type Capacity, scheduler } from "./scheduler.ts";
import type { ServedModel } from "./served-model.ts";
import { wantedUntil } from "./wanted-until.ts";

export interface ServerOptions extends Capacity {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The keys of which a request must have one; with none, every request is answered. */
  readonly keys: readonly string[];
  /** The bytes of a request at most. */
  readonly bodyLimit: number;
  /** The seconds that an answer may take. */
  readonly timeout: number;
  /** How the pool of keys and values is used, where there is one. */
  readonly pool?: (() => PoolUse | undefined) | undefined;
  /** Told errors that are not the client's. */
  readonly report: (error: unknown) => void;
}

export interface Server {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests, and waits until those it has are answered. */
  close(): Promise<void>;
}

/** The seconds in which a request must have been read. */
const readWithin = 60;

/**
 * Answers requests in the shape of OpenAI's API.
 *
 * @param logits what follows rows of the model's ids
 * @throws MtfError `bad-argument` where the port is taken, or the host has no such address
 */
export async function startServer(
  model: ServedModel,
  logits: Continuations,
  options: ServerOptions,
): Promise<Server> {
  const { submit, load, drained } = scheduler(logits, options);
  const counts = metrics(load, options.pool);
  const check = keyCheck(options.keys);
  const created = Math.floor(Date.now() / 1000);
  const told = (error: unknown): RequestError => errorOf(error, options.report);

  let [open, closing] = [0, false];
  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: options.bodyLimit,
    requestTimeout: 1000 * readWithin,
    forceCloseConnections: "idle",
    // What is no request of HTTP, and has no route.
    frameworkErrors: (_, __, reply) =>
      void refuse(new RequestError("the path is no URL's.", { status: 400 }), reply),
  });
  takeJson(app);
  app.addHook("onRequest", async (request, { raw }) => {
    const endpoint = request.routeOptions.url ?? "none";
    open++;
    raw.once("close", () => {
      counts.answered(endpoint, raw.writableFinished ? raw.statusCode : 499);
      open--;
      leave();
    });
    if (endpoint.startsWith("/v1/")) check(request.headers.authorization);
  });
  app.setErrorHandler((error, _, reply) => {
    const { code } = error as { readonly code?: string };
    return refuse(wrongBody(code, options.bodyLimit) ?? told(error), reply);
  });
  app.setNotFoundHandler((_, reply) =>
    refuse(new RequestError("there is no such endpoint.", { status: 404 }), reply),
  );

  app.get("/health", async () => ({ status: "ok", ...load() }));
  app.get("/metrics", async (_, reply) => {
    reply.type(counts.registry.contentType);
    return counts.registry.metrics();
  });
  const card = { id: model.name, object: "model", created, owned_by: "gpt-neo" };
  app.get("/v1/models", async () => ({ object: "list", data: [card] }));
  app.get<{ Params: { name: string } }>("/v1/models/:name", async ({ params }) => {
    checkModel(params.name, model);
    return card;
  });
  app.post("/v1/completions", answering(completions));
  app.post("/v1/chat/completions", answering(chat));
  for (const url of ["/health", "/metrics", "/v1/models", "/v1/models/:name"]) {
    refuseOtherMethods(app, url, ["GET", "HEAD"]);
  }
  for (const url of ["/v1/completions", "/v1/chat/completions"]) {
    refuseOtherMethods(app, url, ["POST"]);
  }

  function answering(endpoint: Endpoint) {
    return async ({ body, headers }: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const answer = endpoint(body, model);
      const { job, wanted } = promptJob(model, options.rows, answer.prompts);
      const owner = ownerOf(headers.authorization);
      const signal = wantedUntil(reply, options.timeout);
      const found = submit({ ...job, owner, signal });
      if (!found) throw tooMany();
      for (const { length } of wanted.prompts) counts.read(length);
      const timed = counts.timed(found);
      if (!answer.stream) return wholeAnswer(answer, wanted, timed);
      const events = eventStream(streamedAnswer(answer, wanted, timed), told);
      reply.header("cache-control", "no-cache").type("text/event-stream; charset=utf-8");
      return reply.send(Readable.from(events));
    };
  }

  /** Clients keep connections for requests that are not answered any more, and some have asked nothing. */
  function leave(): void {
    if (closing && open === 0) app.server.closeAllConnections();
  }

  const { host, port } = options;
  const url = await app.listen({ host, port }).catch((error: unknown) => {
    throw notListening(error, host, port);
  });
  return {
    url,
    close: async () => {
      closing = true;
      const closed = app.close();
      leave();
      await closed;
      await drained();
    },
  };
}

function refuse(error: RequestError, reply: FastifyReply): FastifyReply {
  if (error.status === 401) reply.header("www-authenticate", "Bearer");
  if (error.retryAfter !== undefined) reply.header("retry-after", error.retryAfter);
  return reply.code(error.status).send(errorBody(error));
}

function tooMany(): RequestError {
  const message = "too many requests are waiting.";
  return new RequestError(message, { status: 429, code: "queue_full", retryAfter: 1 });
}
