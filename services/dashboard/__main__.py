"""Starts the dashboard: `python -m services.dashboard --port 8501`, from any directory."""

import argparse
from urllib.parse import urlsplit

from services.dashboard.asgi import app
from shared.settings import get_settings


def main() -> None:
    """Streamlit looks for `.streamlit/config.toml` beside this file, so the configuration always applies."""
    wishes = _parser().parse_args()
    app.run(
        config={
            "server.port": wishes.port,
            "server.address": wishes.host,
            "server.allowedHosts": _hosts(),
            # Otherwise Streamlit asks a server outside for our own address.
            "browser.serverAddress": urlsplit(get_settings().dashboard_url).hostname or "localhost",
        }
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.dashboard", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    return parser


def _hosts() -> list[str]:
    """The names the dashboard answers to: its public one, and this machine's own. Guards against DNS rebinding."""
    public = urlsplit(get_settings().dashboard_url).hostname
    return sorted({"localhost", "127.0.0.1"} | ({public} if public else set()))


if __name__ == "__main__":
    main()
