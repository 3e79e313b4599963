"""An HTTPS server that greets its clients by the names in their certificates: CA CERT KEY."""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Greeter(BaseHTTPRequestHandler):
    timeout = 20

    def do_GET(self):
        peer = self.connection.getpeercert() or {"subject": ()}
        subject = dict(attribute for part in peer["subject"] for attribute in part)
        page = f"hello {subject.get('commonName')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


ca, certificate, key = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
context.verify_mode = ssl.CERT_REQUIRED
# What careful servers ask for, and Python's clients from 3.13 on.
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain(certificate, key)
server = ThreadingHTTPServer(("127.0.0.1", 0), Greeter)
# The handshake takes place in the thread of its connection, so that nobody waits for somebody else's.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
