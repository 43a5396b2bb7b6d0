"""Counts the visits to / in Redis, which it finds by the variables that the link injects."""

import os
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REDIS = (os.environ["REDIS_PORT_6379_TCP_ADDR"], int(os.environ["REDIS_PORT_6379_TCP_PORT"]))

PAGE = """<!doctype html>
<title>tsfig quickstart</title>
<style>body {{ font: 1.2rem/1.5 sans-serif; margin: 15vh auto; max-width: 40rem; text-align: center }} b {{ font-size: 4rem }}</style>
<h1>This page has been seen <b>{count}</b> time{s}.</h1>
<p>Counted in Redis at {address}:{port}.</p>
"""


def ask(command):
    with socket.create_connection(REDIS, timeout=5) as connection:
        connection.sendall(f"{command}\r\n".encode())
        reply = connection.makefile().readline().strip()
    if reply[:1] not in ("+", ":"):
        raise OSError(f"Redis answered {reply or 'nothing'}")
    return reply[1:]


class Visits(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path not in ("/", "/health"):
            return self.answer(404, "There is nothing here.\n", "text/plain")
        try:
            if self.path == "/health":
                return self.answer(200, ask("PING") + "\n", "text/plain")
            count = int(ask("INCR visits"))
        except OSError as error:
            return self.answer(503, f"Redis at {REDIS[0]}:{REDIS[1]} cannot be asked: {error}\n", "text/plain")
        page = PAGE.format(count=count, s="" if count == 1 else "s", address=REDIS[0], port=REDIS[1])
        self.answer(200, page, "text/html")

    def log_request(self, *args):
        if self.path != "/health":
            super().log_request(*args)

    def answer(self, status, text, kind):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


# The first process of a container gets no default handling of signals: without this, stopping it would take the whole grace period.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening on port 8000", flush=True)
ThreadingHTTPServer(("", 8000), Visits).serve_forever()
