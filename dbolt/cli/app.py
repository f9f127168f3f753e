"""Which commands are there? Each lives in a module of its own, imported when it is called."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated

import typer
from pydantic import ValidationError

from dbolt import __version__
from dbolt.cli import (
    catalogue,
    check,
    explain,
    keys,
    pool,
    proxies,
    remote,
    serve,
    single,
    staff,
    stripe,
)
from dbolt.cli.output import Exit, Trouble, complain
from dbolt.settings import SecretVariables, Settings

app = typer.Typer(
    name="dbolt",
    help="Puts a business into online directories, and proves what happened to each.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"dbolt {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


serve.register(app)
single.register(app)
explain.register(app)
remote.register(app)
pool.register(app)
keys.register(app)
catalogue.register(app)
proxies.register(app)
check.register(app)
staff.register(app)
stripe.register(app)


def _settings_trouble(wrong: ValidationError) -> Trouble:
    """Which variable is wrong, and how; never its value, which may be a secret."""
    return Trouble(
        *(
            f"{_variable(str(error['loc'][0]))}: {error['msg']}; see docs/configuration.md."
            for error in wrong.errors(include_input=False)
        )
    )


def _variable(field: str) -> str:
    return (field if field in SecretVariables.model_fields else f"dbolt_{field}").upper()


def main() -> None:
    """Runs `dbolt`; every trouble that can be foreseen ends in one sentence and an exit code."""
    # A missing XDG_RUNTIME_DIR is no news to whoever typed the command.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    try:
        app()
    except Trouble as trouble:
        complain(trouble)
        sys.exit(trouble.code)
    except ValidationError as wrong:
        if wrong.title not in {Settings.__name__, SecretVariables.__name__}:
            raise
        complain(_settings_trouble(wrong))
        sys.exit(Exit.USAGE)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
