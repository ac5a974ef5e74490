"""Twilio and Firebase as real HTTP servers on loopback, for the official clients to talk to."""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

GOOD = None


@dataclass
class Answer:
    """What a double does with a request that it has read: answer late, otherwise, or not at all."""

    status: int = 200
    body: str = "{}"
    headers: dict = field(default_factory=dict)
    late: float = 0
    drop: bool = False


LATE = Answer(500, late=2)
BUSY = Answer(429, '{"code": 20429, "message": "Too Many Requests"}', {"Retry-After": "90"})
BROKEN = Answer(500, '{"code": 20500, "message": "Internal Server Error"}')
GARBAGE = Answer(200, "<html>\x00 not what was asked for")
EMPTY = Answer(200, "{}")
DROPPED = Answer(drop=True)


class Double:
    """A provider. `received` are the messages it has read, in order; `answers` what it does with the next ones.

    An answer is GOOD, an Answer, or a function of the message that gives one of these; `always` holds for all others.
    """

    def __init__(self):
        self.received, self.answers, self.always = [], [], GOOD
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                answer = double.take(self.path, body, self.headers)
                time.sleep(answer.late)
                if answer.drop:
                    self.close_connection = True
                    return
                text = answer.body.encode()
                with suppress(ConnectionError):
                    self.send_response(answer.status)
                    for name, value in {**answer.headers, "Content-Length": str(len(text))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(text)

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100

        self._make = lambda port: Server(("127.0.0.1", port), Handler)
        self.port = 0
        self.start()

    def start(self):
        self.server = self._make(self.port)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def judge(self, message):
        answer = self.answers.pop(0) if self.answers else self.always
        return answer(message) if callable(answer) else answer

    @property
    def ids(self):
        """The ids of the messages as both sides know them, in the order of their arrival."""
        return [self.id_of(message) for message in self.received]


class Twilio(Double):
    def take(self, path, body, headers):
        message = {name: values[0] for name, values in parse_qs(body).items()}
        self.received.append({**message, "path": path, "authorization": headers["Authorization"]})
        number = len(self.received)
        sid = f"SM{number:032x}"
        return self.judge(message) or Answer(201, json.dumps({"sid": sid, "status": "queued"}))

    def configure(self, settings):
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "1" * 32, "a token"
        settings.TWILIO_FROM, settings.TWILIO_URL = "+15005550006", self.url

    def environment(self):
        return {
            "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "TWILIO_AUTH_TOKEN": "a token",
            "TWILIO_FROM": "+15005550006",
            "TWILIO_URL": self.url,
        }

    def id_of(self, message):
        return parse_qs(urlsplit(message["StatusCallback"]).query)["message"][0]


class Firebase(Double):
    """Hands out access tokens too; `tokens` counts them."""

    tokens = 0

    def take(self, path, body, headers):
        if path == "/token":
            self.tokens += 1
            return Answer(200, json.dumps({"access_token": "open", "expires_in": 3600, "token_type": "Bearer"}))
        message = json.loads(body)["message"]
        self.received.append({**message, "path": path, "authorization": headers["Authorization"]})
        name = f"projects/holdfast/messages/{len(self.received)}"
        return self.judge(message) or Answer(200, json.dumps({"name": name}))

    @property
    def account(self):
        values = {"type": "service_account", "project_id": "holdfast", "private_key": private_key()}
        address = {"client_email": "holdfast@example.com", "token_uri": f"{self.url}/token"}
        return json.dumps({**values, **address})

    def configure(self, settings):
        for name, value in self.environment().items():
            setattr(settings, name, value)

    def environment(self):
        web = {"FIREBASE_WEB_CONFIG": WEB_CONFIG, "FIREBASE_VAPID_KEY": VAPID_KEY}
        return {"FIREBASE_ACCOUNT": self.account, "FIREBASE_URL": self.url, **web}

    def id_of(self, message):
        return message["data"]["id"]


def fcm_error(status, code, words="No."):
    """Write an error as Firebase does."""
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    detail = {"@type": kind, "errorCode": code}
    return Answer(status, json.dumps({"error": {"code": status, "message": words, "details": [detail]}}))


WEB_CONFIG = json.dumps({"apiKey": "a-key", "appId": "1:1:web:1", "messagingSenderId": "1", "projectId": "holdfast"})
# Any point of P-256 will do.
VAPID_KEY = "BDOU99-h67HcA6JeFXHbSNMu7e2yNNu3RzoMj8TM4W88jITfq7ZmPvIM1Iv-4_l2LxQcYwhqby2xGpWwzjfAnG4"
UNREGISTERED = fcm_error(404, "UNREGISTERED", "Requested entity was not found.")


@cache
def private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
