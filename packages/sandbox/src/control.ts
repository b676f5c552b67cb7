import { type Answer, json } from "./answer.ts";
import type { Incoming } from "./incoming.ts";
import { InvalidInput } from "./invalid-input.ts";
import type { Surroundings } from "./surroundings.ts";

type Control = (sandbox: Surroundings, value: unknown) => unknown;
type ControlOfPerson = (sandbox: Surroundings, id: string, value: unknown) => unknown;

const controls: Readonly<Record<string, Readonly<Record<string, Control>>>> = {
  "/sandbox/people": {
    GET: ({ provider }) => provider.people.list(),
    PUT: ({ provider }, list) => {
      provider.people.replace(list);
      return provider.people.list();
    },
  },
  "/sandbox/faults": {
    GET: ({ faults }) => faults.list(),
    PUT: ({ faults }, value) => {
      faults.replace(value);
      return faults.list();
    },
    DELETE: ({ faults }) => {
      faults.replace({});
      return {};
    },
  },
  "/sandbox/requests": {
    GET: ({ log }) => log.list(),
    DELETE: ({ log }) => {
      log.clear();
      return [];
    },
  },
};

const controlsOfPerson: Readonly<Record<string, Readonly<Record<string, ControlOfPerson>>>> = {
  people: {
    GET: ({ provider }, id) => provider.people.find(id),
    PATCH: ({ provider }, id, changes) => provider.people.patch(id, changes),
  },
  grants: {
    DELETE: ({ provider }, id) => ({ revoked: provider.grants.revokeAccessOf(id) }),
  },
};

/** /sandbox/…: changes the sandbox while it runs. JSON both ways; errors are `{ "error": … }`. */
export function answerControl(sandbox: Surroundings, request: Incoming): Answer {
  try {
    const [, , kind = "", id] = request.path.split("/");
    if (id === undefined) {
      const control = controls[request.path];
      return dispatch(control, request, (run) => run(sandbox, bodyOf(request)));
    }
    const person = decodeURIComponent(id);
    if (sandbox.provider.people.find(person) === undefined) {
      return json(404, { error: `there is no person ${person}; GET /sandbox/people lists them` });
    }
    return dispatch(controlsOfPerson[kind], request, (run) =>
      run(sandbox, person, bodyOf(request)),
    );
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof URIError)
      return json(400, { error: error.message });
    throw error;
  }
}

function dispatch<Run>(
  control: Readonly<Record<string, Run>> | undefined,
  { method, path }: Incoming,
  call: (run: Run) => unknown,
): Answer {
  if (control === undefined) return json(404, { error: `there is nothing at ${path}` });
  const run = control[method];
  if (run !== undefined) return json(200, call(run));
  const allowed = Object.keys(control).join(", ");
  return json(405, { error: `${path} takes ${allowed}` }, { Allow: allowed });
}

function bodyOf({ method, body }: Incoming): unknown {
  if (method !== "PUT" && method !== "PATCH") return undefined;
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new InvalidInput("the body is not JSON", { cause });
  }
}
