"""Effects by name: creates the one that was chosen, which a key may change while it runs."""

from __future__ import annotations

from livecam.core.errors import SettingsError
from livecam.core.interfaces import Effect
from livecam.core.types import Image, Scene
from livecam.drawing.sprites import load_all
from livecam.live.effects.controls import EffectControls
from livecam.live.effects.flustered import Flustered
from livecam.live.effects.spotlight import FaceLights, LightSource, Spotlight
from livecam.live.effects.styles.registry import styles
from livecam.settings import EffectSettings

SPOTLIGHT = "spotlight"


def names() -> tuple[str, ...]:
    """The names a person may choose from: the styles of flustered eyes, and the spotlight."""
    return (*styles(), SPOTLIGHT)


def create(name: str, *, strength: float = 1.0) -> Effect:
    """An effect by its name, always on; offered as `livecam.effects.create`.

    Args:
        name: one of `names()`.
        strength: 0 changes nothing, 1 is the full effect.

    Returns:
        An `Effect`: `draw(scene)` gives a new image, (h, w, 3) uint8 BGR; the scene's own is never written to.

    Raises:
        SettingsError: an unknown name, or a strength outside 0..1.

    Example:
        >>> import livecam
        >>> effect = livecam.effects.create("saucer")
        >>> with livecam.open_source("demo") as source:
        ...     frame = next(iter(source))
        >>> effect.draw(livecam.Scene(frame, livecam.PupilDetector().detect(frame.image))).shape
        (720, 1280, 3)
    """
    if not 0 <= strength <= 1:
        raise SettingsError(f"the strength is {strength}; it is between 0 (nothing) and 1 (the full effect)")
    return SelectableEffect(EffectSettings(style=name, strength=strength))


def check_effect(name: str) -> None:
    """SettingsError for a name that is not one of `names()`."""
    if name not in names():
        raise SettingsError(f"there is no style '{name}'; the styles are {', '.join(names())}")


class SelectableEffect:
    """Flustered eyes or the spotlight, as the controls say; an unknown name is a SettingsError.

    The spotlight follows `lights`; without them, the faces.
    """

    def __init__(self, settings: EffectSettings, lights: LightSource | None = None) -> None:
        check_effect(settings.style)
        # Now rather than when a key asks for it: a picture that is missing is said before the run.
        load_all()
        self.controls = EffectControls.starting(settings)
        self._settings = settings
        self._spotlight = Spotlight(self.controls, lights or FaceLights(settings))
        self._flustered: Flustered | None = None

    @property
    def level(self) -> float:
        """How flustered the first face is, 0..1; 0 when there is none."""
        return self._chosen().level

    def draw(self, scene: Scene) -> Image:
        effect: Effect = self._chosen()
        return effect.draw(scene)

    def _chosen(self) -> Spotlight | Flustered:
        if self.controls.style == SPOTLIGHT:
            return self._spotlight
        if self._flustered is None:
            self._flustered = Flustered(self._settings, self.controls)
        return self._flustered
