"""Runs the service: `python -m services.api [--host …] [--port …] [--processes …] [--behind-proxy]`."""

from argparse import ArgumentParser, Namespace

import uvicorn

from services.api.abuse.slow_clients import PatientProtocol, claim_files


def _arguments() -> Namespace:
    parser = ArgumentParser(description="Serve Plenary's API and pages.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=1, help="more than one shares the port")
    parser.add_argument(
        "--behind-proxy", action="store_true", help="believe what whoever connects adds to X-Forwarded-*"
    )
    return parser.parse_args()


def main(app: str = "services.api.main:create_server_app") -> None:
    """Serve what a function makes that is named so that each process can import it."""
    chosen = _arguments()
    claim_files()
    uvicorn.run(
        "services.api.behind_proxy:create_server_app" if chosen.behind_proxy else app,
        factory=True,
        host=chosen.host,
        port=chosen.port,
        workers=chosen.processes,
        loop="uvloop",
        http=PatientProtocol,
        ws="none",
        access_log=False,  # It would write personal links; services/api/request_log.py writes routes.
        server_header=False,
        proxy_headers=False,  # It believes the first address of a chain, which anybody can write; see behind_proxy.py.
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
