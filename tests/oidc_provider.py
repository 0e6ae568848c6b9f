"""A small identity provider that checks what it is given, and misbehaves when told to."""

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "plenary", "a secret of the client"


@dataclass
class Provider:
    """`claims` replace what a token says; `codes` wait to be exchanged."""

    port: int
    host: str = "127.0.0.1"
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}"

    def token(self, nonce: str, /, *, algorithm: str = "RS256", **claims: Any) -> str:
        now = int(time.time())
        said = {
            "iss": self.issuer, "aud": CLIENT, "sub": "ada-1", "iat": now, "exp": now + 300, "nonce": nonce,
            "email": "ada@example.org", "email_verified": True,
        } | self.claims | claims  # fmt: skip
        if algorithm == "HS256":
            # The public key as if it were a secret, which a careless verifier would accept.
            secret = OctKey.import_key(base64.urlsafe_b64encode(self.key.as_pem(private=False)).decode())
            return jwt.encode({"alg": "HS256"}, said, secret)
        return jwt.encode({"alg": algorithm, "kid": self.key.kid}, said, self.key)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    def _discover(self, _: Request) -> Response:
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return JSONResponse({"issuer": self.issuer} | {name: self.issuer + path for name, path in ends.items()})

    def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    def _authorize(self, request: Request) -> Response:
        """Signs everybody in at once."""
        asked = dict(request.query_params)
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest())
        is_right = asked is not None and challenge.rstrip(b"=").decode() == asked["code_challenge"]
        if not is_right or request.headers.get("authorization") != f"Basic {given}":
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert asked is not None
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked["nonce"])})


@contextmanager
def running_provider(host: str = "127.0.0.1") -> Iterator[Provider]:
    """On one address of this machine."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        provider = Provider(int(probe.getsockname()[1]), host)
    config = uvicorn.Config(provider.app(), host, provider.port, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)
