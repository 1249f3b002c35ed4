"""What the three command lines share: `-h` and `--version`, help for any width, paths, and how errors end them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from livecam.core.errors import LivecamError, name_errors
from livecam.core.paths import expand_path

# In frames, columns narrower than this cut the names of flags.
FRAMED_COLUMNS = 72
_LAST_STREAM = 2


class ExpandingGroup(TyperGroup):
    """Shells leave `--out=~/x` as it is, and so do quotes, shortcuts on a desktop and other programs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_expanded(argument) for argument in args])


def _expanded(argument: str) -> str:
    """Addresses stay: what looks like a variable may be part of a password. A file whose name begins with a dash, as
    a shell's `*.png` may give it, is no flag, none of which has a suffix."""
    if "://" in argument:
        return argument
    if argument.startswith("--") and "=" in argument:
        flag, _, value = argument.partition("=")
        return f"{flag}={expand_path(value)}"
    if argument.startswith("-"):
        return f"./{argument}" if Path(argument).suffix and os.path.lexists(argument) else argument
    return expand_path(argument)


def new_program(name: str, about: str) -> typer.Typer:
    """A command line to which commands are added; `about` is the sentence above its help."""
    columns = shutil.get_terminal_size().columns
    # Without frames, help wraps at any width and cuts nothing.
    framed = columns >= FRAMED_COLUMNS
    program = typer.Typer(
        name=name,
        cls=ExpandingGroup,
        help=about,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich" if framed else None,
        context_settings={"help_option_names": ["-h", "--help"], "terminal_width": None if framed else columns},
    )
    program.callback()(_every_command)
    return program


def _show_version(context: typer.Context, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"{context.command.name} {version('livecam')}")
        raise typer.Exit


def _every_command(
    _: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")] = (
        False
    ),
) -> None:
    return None


def run_program(program: typer.Typer, arguments: Sequence[str] | None = None) -> None:
    """Run a command line and leave the process: 0 when all went well, 2 for what the user can put right (one line on
    stderr), 130 for Ctrl-C, 1 when the reader of the output has left."""
    name = program.info.name
    _open_closed_streams()
    try:
        try:
            with name_errors():
                program(arguments)
        finally:
            # Here and not when Python ends, so that a full disk behind `>` is told like any other error.
            sys.stdout.flush()
    except LivecamError as error:
        _end(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _discard_output()
        sys.exit(1)
    except OSError as error:
        _discard_output()
        _end(f"{name}: {error.filename or 'the output'}: {error.strerror or error}")


def _open_closed_streams() -> None:
    """Streams that whoever starts the program has closed (`>&-`) lead nowhere; else Python has None for them, and the
    next file that is opened takes their place, with all that libraries in C write there."""
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    if not closed:
        return
    while (place := os.open(os.devnull, os.O_RDWR)) <= _LAST_STREAM:
        os.set_inheritable(place, True)
    os.close(place)
    for name in closed:
        setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115


def _end(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
    sys.exit(2)


def _discard_output() -> None:
    """What Python still holds for standard output goes nowhere, instead of failing once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
