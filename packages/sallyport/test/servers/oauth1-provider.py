#!/usr/bin/python3
"""An OAuth 1.0a provider on Debian's python3-oauthlib, which we did not write.

Everybody who is sent to it says yes. It takes the client's public key (PEM) as its argument,
prints its port, then answers: /request_token, /authorize, /access_token and /profile. Its one
client may sign as it likes.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from oauthlib.oauth1 import OAuth1Error, RequestValidator, WebApplicationServer

CLIENT = "clientofthetests12345678"
SECRET = "secret & of the client"
PROFILE = {"id": 7, "login": "ada", "email": "ada@example.com", "name": "Ada Lovelace"}


class Validator(RequestValidator):
    """Keeps in memory what is issued, and asks of a request all that oauthlib can ask."""

    enforce_ssl = False
    dummy_client = dummy_request_token = dummy_access_token = "dummy"

    def __init__(self):
        self.request_tokens = {}
        self.access_tokens = {}
        self.verifiers = {}
        self.nonces = set()

    # Who the client is, and what it signs with.

    def validate_client_key(self, client_key, request):
        return client_key == CLIENT

    def get_client_secret(self, client_key, request):
        return SECRET

    def get_rsa_key(self, client_key, request):
        return sys.argv[1]

    def validate_timestamp_and_nonce(
        self, client_key, timestamp, nonce, request, request_token=None, access_token=None
    ):
        used = (timestamp, nonce) in self.nonces
        self.nonces.add((timestamp, nonce))
        return not used

    # Request tokens.

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri.startswith("https://portal.example.net/auth/complete/")

    def save_request_token(self, token, request):
        self.request_tokens[token["oauth_token"]] = (token["oauth_token_secret"], request.redirect_uri)

    def verify_request_token(self, token, request):
        return token in self.request_tokens

    def validate_request_token(self, client_key, token, request):
        return token in self.request_tokens

    def get_request_token_secret(self, client_key, token, request):
        return self.request_tokens.get(token, ("dummy", None))[0]

    def get_redirect_uri(self, token, request):
        return self.request_tokens[token][1]

    def save_verifier(self, token, verifier, request):
        self.verifiers[token] = verifier["oauth_verifier"]

    def validate_verifier(self, client_key, token, verifier, request):
        return self.verifiers.get(token) == verifier

    def invalidate_request_token(self, client_key, request_token, request):
        del self.request_tokens[request_token]

    # Access tokens.

    def save_access_token(self, token, request):
        self.access_tokens[token["oauth_token"]] = token["oauth_token_secret"]

    def validate_access_token(self, client_key, token, request):
        return token in self.access_tokens

    def get_access_token_secret(self, client_key, token, request):
        return self.access_tokens.get(token, "dummy")

    # Realms, of which there are none.

    def get_default_realms(self, client_key, request):
        return []

    def get_realms(self, token, request):
        return []

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True


provider = WebApplicationServer(Validator())


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["content-length"])).decode())

    def answer(self, body):
        uri = f"http://{self.headers['host']}{self.path}"
        asked = (uri, self.command, body, dict(self.headers))
        path = self.path.split("?")[0]
        try:
            if path == "/request_token":
                self.reply(*provider.create_request_token_response(*asked))
            elif path == "/authorize":
                self.reply(*provider.create_authorization_response(*asked))
            elif path == "/access_token":
                self.reply(*provider.create_access_token_response(*asked))
            else:
                valid, _ = provider.validate_protected_resource_request(*asked)
                self.reply({}, json.dumps(PROFILE), 200) if valid else self.reply({}, "", 401)
        except OAuth1Error as error:
            self.reply({}, error.urlencoded, error.status_code)

    def reply(self, headers, body, status):
        content = (body or "").encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
