"""The home of matplotlib: plots as PNG files, drawn without a display."""

from __future__ import annotations

import io
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from livecam.core.errors import MissingExtraError


def check_plotting() -> None:
    """MissingExtraError when plots cannot be drawn; asked before the work, which is not lost then."""
    if find_spec("matplotlib") is None:
        raise MissingExtraError("drawing a plot", "plots")


def new_figure(*, size: tuple[float, float], dpi: int) -> Any:
    """An empty matplotlib Figure of `size` inches, whose parts make room for each other; MissingExtraError without
    matplotlib."""
    check_plotting()
    # Not pyplot, which looks for a display and keeps every figure.
    figure = import_module("matplotlib.figure").Figure(figsize=size, dpi=dpi, layout="constrained")
    import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure


def png(figure: Any) -> bytes:
    """The figure as a PNG."""
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()
