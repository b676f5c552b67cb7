/** Settings of python-social-auth that Sallyport does not have, with what it has in their place. */
export const replacedSettings: readonly (readonly [names: string, instead: string])[] = [
  [
    "AUTHENTICATION_BACKENDS",
    "`backends` of [`createAuth`](configuration.md#createauth): objects, so nothing is found by its path, and what is not in the list is not there",
  ],
  [
    "PIPELINE, DISCONNECT_PIPELINE",
    "`pipeline` and `disconnectPipeline` of `createAuth`, whose order the [compiler checks](../explanation/pipeline.md#the-order-check). A step that is for one backend asks `backend.name`",
  ],
  [
    "AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST",
    "the backend's [`dataFields`](backend-attributes.md#baseauth): what a link may say, and nothing else",
  ],
  [
    "CLEAN_USERNAME_FUNCTION, SLUGIFY_FUNCTION",
    "`getUsername(candidates)`: a function that gives the names to try, best first",
  ],
  [
    "LOGIN_URL",
    "the page at `GET /login`, below `basePath`; failed logins lead to `loginErrorUrl`",
  ],
  ["SANITIZE_REDIRECTS", "always on: no setting opens redirects to everywhere"],
  ["ALLOWED_REDIRECT_SCHEMES", "https only, to one of `allowedRedirectHosts`"],
  ["REDIRECT_IS_HTTPS", "`baseUrl` of `createAuth` says it; the `Host` header is never asked"],
  [
    "ALLOW_INACTIVE_USERS_LOGIN, INACTIVE_USER_LOGIN",
    "never: the step `social-user` refuses disabled users before anything is written. An application that wants them in writes its own step",
  ],
  [
    "EMAIL_VALIDATION_FUNCTION",
    "`mailValidation({ send })`: the pipeline has the step, and the step has the function",
  ],
  [
    "EMAIL_VALIDATION_URL",
    "the built-in page, or one of the application's own: `ask` of `pages` in `createAuth`",
  ],
  [
    "PARTIAL_PIPELINE_TOKEN_NAME, PARTIAL_PIPELINE_EXTERNAL_RESUME_CONFIRMATION_PARAMETER",
    "the address of a paused login, `/resume/:id`; going on with it is a POST, also where a link from a mail leads there",
  ],
  ["URLOPEN_TIMEOUT", "`requestsTimeout`"],
  ["PROXIES", "`fetch` of `createAuth`, with a proxy beneath it"],
  [
    "VERIFY_SSL",
    "always on. A provider with a certificate of one's own: `NODE_EXTRA_CA_CERTS` of Node.js",
  ],
  ["STRATEGY", "an [adapter](configuration.md#adapters) for the framework"],
  ["STORAGE, USER_MODEL", "`storage` of `createAuth`"],
  [
    "UID_LENGTH, EMAIL_LENGTH, NONCE_SERVER_URL_LENGTH, ASSOCIATION_SERVER_URL_LENGTH, ASSOCIATION_HANDLE_LENGTH",
    "the columns of the [tables](tables.md); a uid has 255 characters at most",
  ],
  ["ACTIVE_USERS_FILTER", "the column `is_active` of `users`"],
  ["URL_NAMESPACE", "`basePath` of `createAuth`"],
  ["TRAILING_SLASH", "there is none"],
  [
    "RAISE_EXCEPTIONS",
    "failures are [answers](errors.md#how-an-error-looks), lines of the `logger` and events `login-failed`",
  ],
  [
    "SESSION_EXPIRATION, MAX_SESSION_LENGTH, REMEMBER_SESSION_NAME",
    "`databaseSessions({ idle, absolute })`, the same for every provider: how long its token lives says nothing about our session",
  ],
  ["ADMIN_*", "there is no administration site"],
  [
    "JSONFIELD_ENABLED, JSONFIELD_CUSTOM, POSTGRES_JSONFIELD",
    "the storage's migrations choose the column type",
  ],
];
