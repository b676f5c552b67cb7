import { serve } from "./serving.ts";

// A provider that answers at once. A person's code is their number, and so is their token.
await serve(() => (request, response) => {
  if (request.url === "/token") {
    let form = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      form += chunk;
    });
    request.on("end", () => {
      const person = new URLSearchParams(form).get("code");
      answer({ access_token: person, token_type: "bearer", scope: "profile", expires_in: 36_000 });
    });
    return;
  }
  const id = Number(request.headers.authorization?.slice("Bearer ".length));
  answer({ id, login: `person-${id}`, name: `Person ${id}`, email: `person-${id}@example.net` });

  function answer(body: object): void {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  }
});
