"""`livecam control`: steers the run that goes on, also while another window has the focus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from livecam.cli import options
from livecam.settings import Trigger, TriggerMode

app = typer.Typer(no_args_is_help=True, help="Steer the run that goes on (livecam run --panel), from any program.")
_On = Annotated[bool | None, typer.Option("--on/--off", help="Which; without it, changes over.", show_default=False)]

_Trigger = Annotated[Trigger | None, typer.Argument(help="What brings it out; left out, each effect says so itself.")]


def _do(command: str, posted: Mapping[str, Any], as_json: bool) -> None:
    """Has the run do something, and prints what it says."""
    from livecam.web.panel.client import ask

    told = ask(command, posted)
    print(json.dumps(told) if as_json else told.get("said", ""))


def _switch(command: str, on: bool | None, as_json: bool) -> None:
    _do(command, {} if on is None else {"on": on}, as_json)


@app.command()
def effect(
    name: Annotated[str, typer.Argument(metavar="NAME[,NAME...]", help="As --effect takes it.")],
    as_json: options.Json = False,
) -> None:
    """Choose an effect, or several from back to front."""
    _do("effect", {"effect": name}, as_json)


@app.command()
def strength(
    value: Annotated[float, typer.Argument(metavar="0..1", help="0 changes nothing, 1 is the full effect.")],
    as_json: options.Json = False,
) -> None:
    """Set how strong the effect is."""
    _do("strength", {"strength": value}, as_json)


@app.command()
def toggle(on: _On = None, as_json: options.Json = False) -> None:
    """Switch the effect on or off."""
    _switch("toggle", on, as_json)


@app.command()
def panic(as_json: options.Json = False) -> None:
    """Take everything off at once; nothing comes out by itself before the effect is switched on again."""
    _do("panic", {}, as_json)


@app.command()
def trigger(
    name: _Trigger = None,
    mode: Annotated[TriggerMode | None, typer.Option(help="While a signal lasts, or until it comes.")] = None,
    cooldown: Annotated[float | None, typer.Option(help="Seconds before it comes out again.")] = None,
    level: Annotated[float | None, typer.Option(help="How strong the signal has to be, 0.3..1.")] = None,
    as_json: options.Json = False,
) -> None:
    """Set what brings the effect out; the options that are left out stay as they are."""
    given = {"mode": mode.value if mode else None, "cooldown": cooldown, "level": level}
    given = {key: value for key, value in given.items() if value is not None}
    _do("trigger", {"trigger": name.value if name else "effect", **given}, as_json)


@app.command()
def finder(
    name: Annotated[str, typer.Argument(metavar="NAME", help="tflite or cpu.")], as_json: options.Json = False
) -> None:
    """Choose the way to find pupils."""
    _do("finder", {"finder": name}, as_json)


@app.command()
def mirror(on: _On = None, as_json: options.Json = False) -> None:
    """Show the window and the panel like a mirror, or not."""
    _switch("mirror", on, as_json)


@app.command()
def record(on: _On = None, as_json: options.Json = False) -> None:
    """Start or end a recording."""
    _switch("record", on, as_json)


@app.command()
def snapshot(as_json: options.Json = False) -> None:
    """Keep the picture of this moment."""
    _do("snapshot", {}, as_json)


@app.command()
def collect(on: _On = None, as_json: options.Json = False) -> None:
    """Collect hard frames for labelling, or not."""
    _switch("collect", on, as_json)


@app.command()
def flag(as_json: options.Json = False) -> None:
    """Keep this frame for labelling."""
    _do("flag", {}, as_json)


@app.command()
def source(
    name: Annotated[str, typer.Argument(metavar="N|/dev/videoN|demo", help="Another camera, or the demo.")],
    as_json: options.Json = False,
) -> None:
    """Change the camera; the present one goes on until the other shows."""
    _do("source", {"source": name}, as_json)


@app.command()
def status(as_json: options.Json = False) -> None:
    """Tell what is switched how, and what is seen."""
    from livecam.web.panel.client import ask

    told = ask("status")
    if as_json:
        print(json.dumps(told))
        return
    seen = f"{told['faces']} faces" if told["faces"] != 1 else "1 face"
    lines = {
        "effect": f"{told['effect']}, {'on' if told['on'] else 'off'}, strength {told['strength']:g}",
        "trigger": f"{told['trigger']}{', armed: ' + ', '.join(told['armed']) if told['armed'] else ''}",
        "source": f"{told['source']}{', at rest: nobody is looking' if told['idle'] else ''}",
        "seen": f"{seen}, {told['fps']:g} frames a second, {told['latency_ms']:.0f} ms old when shown",
        "recording": "off" if told["recording"] is None else f"{told['recording']:.0f} s",
        "collecting": "on" if told["collecting"] else "off",
    }
    for name, text in lines.items():
        print(f"{name:<11}{text}")
