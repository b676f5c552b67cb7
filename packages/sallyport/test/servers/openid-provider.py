#!/usr/bin/python3
"""An OpenID 2.0 provider on Debian's python3-openid, which we did not write.

Everybody it is asked about says yes. It prints its port, then answers, whatever host it is
asked by: /<name> is a person's page, /xrds/<name> their document, /server the endpoint, and
/ an identifier with which the person, Ada, is chosen here.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from openid.extensions import sreg
from openid.server.server import Server
from openid.store.memstore import MemoryStore

ORIGIN = sys.argv[1]
ENDPOINT = ORIGIN + "/server"
PERSON = {"nickname": "ada", "email": "ada@example.com", "fullname": "Ada Lovelace"}

XRDS = """<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service>
<Type>http://specs.openid.net/auth/2.0/{kind}</Type><URI>{endpoint}</URI>
</Service></XRD></xrds:XRDS>"""

provider = Server(MemoryStore(), ENDPOINT)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlsplit(self.path)
        if address.path == "/server":
            self.openid(parse_qsl(address.query))
        elif address.path == "/":
            self.xrds("server")
        elif address.path.startswith("/xrds/"):
            self.xrds("signon")
        else:
            self.reply(200, {"X-XRDS-Location": ORIGIN + "/xrds" + address.path}, b"<html></html>")

    def do_POST(self):
        length = int(self.headers["content-length"])
        self.openid(parse_qsl(self.rfile.read(length).decode()))

    def openid(self, query):
        request = provider.decodeRequest(dict(query))
        if request.mode == "checkid_setup":
            identity = ORIGIN + "/ada" if request.idSelect() else None
            response = request.answer(True, identity=identity)
            asked = sreg.SRegRequest.fromOpenIDRequest(request)
            response.addExtension(sreg.SRegResponse.extractResponse(asked, PERSON))
        else:
            response = provider.handleRequest(request)
        answer = provider.encodeResponse(response)
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        self.reply(answer.code, answer.headers, body)

    def xrds(self, kind):
        body = XRDS.format(kind=kind, endpoint=ENDPOINT).encode()
        self.reply(200, {"Content-Type": "application/xrds+xml"}, body)

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
