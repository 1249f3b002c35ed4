"""Flags that say how samples are given to people, shared by `review`, `annotate` and `serve`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labeler.texts.catalogue import Language

if TYPE_CHECKING:
    from labeler.session.actions import LabelingMode
    from labeler.session.keys import Keys
    from livecam.settings import LabelSettings

Config = Annotated[
    Path | None, typer.Option(help="Settings with keys of your own.", show_default="livecam.toml, if there is one")
]
Spoken = Annotated[
    Language | None, typer.Option("--language", help="Of the window.", show_default="the system's, where we have it")
]
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
Carry = Annotated[
    float | None,
    typer.Option(min=0, max=60, help="Seconds of a recording along which labels are proposed.", show_default="2"),
]
Advance = Annotated[
    bool | None,
    typer.Option("--advance/--no-advance", help="The second click accepts and goes on.", show_default="advance"),
]


def label_settings(parameters: Mapping[str, Any]) -> LabelSettings:
    """The section `label` of the settings that `config` names, with the flags that were given among the parameters of a
    command; SettingsError as in `load`."""
    from livecam.settings import LabelSettings
    from livecam.settings_file import load

    flags = {key: parameters.get({"auto_advance": "advance"}.get(key, key)) for key in LabelSettings.model_fields}
    return load(parameters["config"], {"label": flags}).label


def label_keys(config: Path | None) -> Mapping[LabelingMode, Keys]:
    """The keys of both modes with those that the settings change; SettingsError as in `load`."""
    from labeler.session.keys import changed_keys
    from livecam.settings_file import load

    return changed_keys(load(config, {}).keys.label)
