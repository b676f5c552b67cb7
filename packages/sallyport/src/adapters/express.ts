import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "../index.ts";
import { answered } from "./node.ts";

/** Middleware of Express 5, described by what it calls. */
export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Serves our routes as middleware: `app.use(express(auth))`, before any body parser. */
export function express(auth: Auth): ExpressMiddleware {
  return (request, response, next) => {
    answered(auth, request, response).then((done) => done || next(), next);
  };
}
