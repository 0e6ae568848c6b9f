"""The dashboard as one ASGI application: Streamlit, the sign-in pages beside it and the gate before both."""

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from services.dashboard import files, oidc, passwords, sign_in, world
from services.dashboard.gate import Gate

app = App(
    Path(__file__).with_name("app.py"),
    routes=[*sign_in.routes, *passwords.routes, *oidc.routes(), *files.routes, *world.routes],
    middleware=[Middleware(Gate)],
)
