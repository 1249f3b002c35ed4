"""The spotlight: its light falls on the whole picture, and may follow other things than faces; no layer says that."""

from __future__ import annotations

from livecam.core.interfaces import Effect
from livecam.live.effects.packs.python_code import EffectContext
from livecam.live.effects.spotlight import FaceLights, Spotlight


def create(context: EffectContext) -> Effect:
    """Lights what the run was given to follow, the faces when it was given nothing."""
    return Spotlight(context.controls, context.lights or FaceLights(context.settings, context.controls))
