"""Commands of this stage."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
