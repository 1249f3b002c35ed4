"""Command lines whose paths may begin with `~` and hold environment variables that no shell has expanded."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from livecam.core.paths import expand_path


class ExpandingGroup(TyperGroup):
    """Shells leave `--out=~/x` as it is, and so do quotes, shortcuts on a desktop and other programs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_expanded(argument) for argument in args])


def _expanded(argument: str) -> str:
    """Addresses stay: what looks like a variable may be part of a password."""
    if "://" in argument:
        return argument
    if argument.startswith("--") and "=" in argument:
        flag, _, value = argument.partition("=")
        return f"{flag}={expand_path(value)}"
    return argument if argument.startswith("-") else expand_path(argument)
