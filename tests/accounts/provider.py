"""An OpenID provider on this machine: discovery, authorize, token, keys and userinfo, over real HTTP."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "holdfast", "a secret of the client"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Knows one person, who is signed in there. What it says of them is `claims`; `sign` may be replaced to forge."""

    def __init__(self):
        provider, self.asked, self.codes = self, [], {}
        self.claims = {"sub": "7c1f", "email": "sam@example.com", "email_verified": True, "name": "Sam Sailor"}
        self.sign = lambda claims: jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})
        self.in_userinfo = ()

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                self.answer({key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()})

            def answer(self, sent):
                path = urlsplit(self.path).path
                provider.asked.append(path)
                status, headers, body = provider.pages()[path](sent, self.headers)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *args):
                """Keep the output of the tests readable."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.issuer = self.url
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def pages(self):
        return {
            "/.well-known/openid-configuration": self.discovery,
            "/authorize": self.authorize,
            "/token": self.token,
            "/keys": self.keys,
            "/userinfo": self.userinfo,
        }

    def discovery(self, _sent, _headers):
        places = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo",
        }
        addresses = {name: f"{self.url}/{path}" for name, path in places.items()}
        return (
            200,
            {},
            {"issuer": self.issuer, **addresses, "token_endpoint_auth_methods_supported": ["client_secret_basic"]},
        )

    def authorize(self, sent, _headers):
        assert (sent["client_id"], sent["response_type"], sent["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert set(sent["scope"].split()) == {"openid", "profile", "email"}
        code = secrets.token_urlsafe(8)
        self.codes[code] = sent
        return 302, {"Location": f"{sent['redirect_uri']}?{urlencode({'code': code, 'state': sent['state']})}"}, None

    def token(self, sent, headers):
        begun = self.codes.pop(sent["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            begun is None
            or challenge.decode().rstrip("=") != begun["code_challenge"]
            or sent["redirect_uri"] != begun["redirect_uri"]
            or headers["Authorization"] != f"Basic {client}"
        ):
            return 400, {}, {"error": "invalid_grant"}
        now = int(time.time())
        said = {name: value for name, value in self.claims.items() if name not in self.in_userinfo}
        told = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": begun["nonce"], "auth_time": now}
        return 200, {}, {"access_token": "access", "token_type": "Bearer", "id_token": self.sign({**told, **said})}

    def keys(self, _sent, _headers):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return 200, {}, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def userinfo(self, _sent, headers):
        assert headers["Authorization"] == "Bearer access"
        return 200, {}, self.claims
