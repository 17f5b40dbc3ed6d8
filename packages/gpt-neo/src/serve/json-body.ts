import type { FastifyInstance } from "fastify";
import { whyNotJson } from "mtf/files";
import { RequestError } from "./request-error.ts";

/** Has a server take bodies of plain JSON alone, and tell what is wrong with others, and where. */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  // A page of another site can send text without being asked, but no JSON.
  app.removeAllContentTypeParsers();
  app.addHook("preParsing", async ({ headers }) => {
    const coding = headers["content-encoding"];
    if (coding !== undefined && coding.toLowerCase() !== "identity") throw packed(coding);
  });
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    void parse(request, text as string, (error, body) => {
      if (error) done(notJson(text as string), undefined);
      else done(null, body);
    });
  });
}

function packed(coding: string): RequestError {
  const message = `the body must not be packed: send it without 'content-encoding: ${coding}'.`;
  return new RequestError(message, { status: 415, code: "unsupported_content_encoding" });
}

/** What is wrong with a body that is not taken, by the framework's name for it. */
export function wrongBody(code: string | undefined, limit: number): RequestError | undefined {
  switch (code) {
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new RequestError("the body must be JSON: send 'content-type: application/json'.", {
        status: 415,
      });
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RequestError(`the body is longer than ${limit} bytes.`, { status: 413 });
    default:
      return undefined;
  }
}

function notJson(text: string): RequestError {
  const why = whyNotJson(text);
  const reason = text.trim() === "" ? "it is empty" : why && `${why.reason}, at byte ${why.offset}`;
  const message = reason
    ? `the body is not JSON: ${reason}.`
    : "the body has a key that no field is called: '__proto__' or 'constructor'.";
  return new RequestError(message, { status: 400, code: "invalid_json" });
}
