"""How commands answer: a sentence for people, JSON for scripts, errors on standard error with status 1."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from shared.errors import PlenaryError

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON, for scripts.")]
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def answer(facts: Mapping[str, object], sentence: str, *, as_json: bool) -> None:
    if as_json:
        out.print(json.dumps(facts, ensure_ascii=False, default=str), markup=False)
    else:
        out.print(sentence, markup=False)


@contextmanager
def clear_errors() -> Iterator[None]:
    """A refusal is a sentence, not a traceback."""
    try:
        yield
    except PlenaryError as problem:
        err.print(problem.message, markup=False)
        for field, message in problem.fields.items():
            err.print(f"  {field} {message}", markup=False)
        raise typer.Exit(1) from None
    except OperationalError:
        err.print("The database does not answer. Is it running, and is PLENARY_DATABASE_URL right?", markup=False)
        raise typer.Exit(1) from None
