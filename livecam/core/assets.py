"""Paths of the files that ship with the program: models, overlay pictures, the demo's portrait, fonts."""

from __future__ import annotations

from pathlib import Path

from livecam.core.errors import AssetError

_PACKAGE = Path(__file__).resolve().parents[1]
# An installed wheel carries the assets inside the package, a checkout has them beside it.
_ROOTS = (_PACKAGE / "assets", _PACKAGE.parent / "assets")


def asset(name: str) -> Path:
    """The path of a file that ships with the program: a model, an overlay picture, the demo portrait.

    Args:
        name: its place below `assets/`, such as "models/pupil.tflite".

    Raises:
        AssetError: it is missing from this installation.

    Example:
        >>> import livecam
        >>> livecam.asset("models/pupil.tflite").name
        'pupil.tflite'
    """
    for root in _ROOTS:
        if (root / name).exists():
            return root / name
    raise AssetError(f"the file assets/{name} is missing from this installation; install livecam again")
