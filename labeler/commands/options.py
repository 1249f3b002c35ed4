"""Flags that say how samples are given to people, shared by `review`, `annotate` and `serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from livecam.settings import LabelSettings

Repeats = Annotated[
    float | None,
    typer.Option(min=0, max=0.5, help="Share shown again without telling.", show_default="0.07"),
]
Overlap = Annotated[
    float | None, typer.Option(min=0, max=1, help="Share of samples that two people get.", show_default="0")
]
Gold = Annotated[float | None, typer.Option(min=0, max=0.5, help="Share of known samples mixed in.", show_default="0")]
Feedback = Annotated[
    bool | None, typer.Option("--feedback/--no-feedback", help="Tell at once how a known sample was answered.")
]
Blind = Annotated[
    float | None, typer.Option(min=0, max=1, help="Share annotated without its prediction.", show_default="0")
]
Advance = Annotated[
    bool | None,
    typer.Option("--advance/--no-advance", help="The second click accepts and goes on.", show_default="advance"),
]


def label_settings(**given: float | bool | None) -> LabelSettings:
    """The section `label` of the settings, with the flags that were given; SettingsError as in `load`."""
    from livecam.settings import load

    return load(None, {"label": given}).label
