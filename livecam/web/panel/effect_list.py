"""The effects that a panel offers: names, titles, and what is wrong with one that cannot be loaded."""

from __future__ import annotations

from typing import Any

from livecam.core.errors import LivecamError, PackError
from livecam.live.effects.library.locations import ACCESSORIES, places
from livecam.live.effects.packs.manifest import read_manifest


def list_effects() -> list[dict[str, Any]]:
    """Every effect by name once, in the order of the keys; accessories apart."""
    found: dict[str, dict[str, Any]] = {}
    for place in places():
        if place.name in found or place.name in ACCESSORIES:
            continue
        told: dict[str, Any] = {"name": place.name, "title": "", "description": "", "trigger": None, "error": None}
        try:
            if place.error:
                raise PackError(place.error)
            manifest, _ = read_manifest(place.folder)
        except LivecamError as error:
            told["error"] = str(error)
        else:
            told["title"], told["description"] = manifest.title, manifest.description
            told["trigger"] = manifest.trigger.value if manifest.trigger else None
        found[place.name] = told
    return list(found.values())
