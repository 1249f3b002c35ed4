"""The page of the mask review: the image, and under it the position, the decision and where it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from labeler.desktop import primitives
from labeler.formats.tutorial import MaskVerdict
from labeler.mask_review.state import ReviewPanel, ReviewState
from labeler.session.keys import Keys, folder_help_lines, folder_keys
from labeler.texts.catalogue import Language, text
from livecam.core.types import Image

WIDTH, HEIGHT, BAR = 960, 720, 64  # pixels; the bar lies under the picture
ZOOM_STEP = 1.25
_BACKGROUND, _TEXT, _SOFT = (32, 30, 28), (235, 235, 235), (165, 165, 165)
_COLOURS = {MaskVerdict.TRUE: (110, 200, 90), MaskVerdict.FALSE: (90, 90, 235), MaskVerdict.SKIPPED: (170, 170, 170)}
_WORDS = {
    MaskVerdict.TRUE: "window.true",
    MaskVerdict.FALSE: "window.false",
    MaskVerdict.SKIPPED: "window.skipped",
}
_LINE = 22  # pixels that a line of a panel is high
_ROWS = 24  # lines that fit on a panel


def page(session: ReviewState, picture: Image | None, *, kept: str, keys: Keys | None = None) -> Image:
    """(HEIGHT + BAR, WIDTH, 3); `picture` is None at the end, `kept` says where the decisions are,
    `keys` what the help names."""
    canvas = np.full((HEIGHT + BAR, WIDTH, 3), _BACKGROUND, np.uint8)
    if picture is None:
        _lines(canvas, summary(session))
    else:
        canvas[:HEIGHT] = fitted(picture, session.zoom)
    if session.panel is not ReviewPanel.NONE:
        canvas[:HEIGHT] = (canvas[:HEIGHT] * 0.25).astype(np.uint8)
        if session.panel is ReviewPanel.HELP:
            help_lines = folder_help_lines(folder_keys() if keys is None else keys, session.language)
            _lines(canvas, [named for named, _ in help_lines])
            column = 144 + max(primitives.width(named, _LINE) for named, _ in help_lines)
            _lines(canvas, [what for _, what in help_lines], left=column)
        else:
            _lines(canvas, labels(session))
    _bar(canvas, session, kept)
    return canvas


def summary(session: ReviewState) -> tuple[str, ...]:
    """What has been decided, and what is left."""
    language, counts = session.language, Counter(session.verdicts.values())
    left = len(session.items) - counts.total()
    verdicts = {
        "right": counts[MaskVerdict.TRUE],
        "wrong": counts[MaskVerdict.FALSE],
        "skipped": counts[MaskVerdict.SKIPPED],
    }
    return (
        text(language, "window.pictures", count=counts.total(), of=len(session.items), **verdicts),
        text(language, "window.go back", count=left) if left else text(language, "window.nothing left"),
        text(language, "window.saves"),
    )


def labels(session: ReviewState) -> tuple[str, ...]:
    """The latest verdicts around the current picture, as many as fit."""
    written = [f"{_word(session, verdict):8} {item}" for item, verdict in session.verdicts.items()]
    before = sum(item in session.verdicts for item in session.items[: session.position])
    start = max(0, min(before - _ROWS // 2, len(written) - _ROWS))
    return tuple(written[start : start + _ROWS]) or (text(session.language, "window.no labels"),)


def fitted(picture: Image, zoom: int) -> Image:
    """(HEIGHT, WIDTH, 3): the whole picture, or its middle when zoomed in."""
    height, width = picture.shape[:2]
    scale = min(WIDTH / width, HEIGHT / height) * ZOOM_STEP**zoom
    matrix = np.array([[scale, 0, (WIDTH - scale * width) / 2], [0, scale, (HEIGHT - scale * height) / 2]])
    # Pixel centres are whole numbers, so that the corner of the picture is at -0.5.
    matrix[:, 2] += (scale - 1) / 2
    kind = cv2.INTER_NEAREST if scale > 4 else cv2.INTER_LINEAR
    if scale < 1:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return _centred(small.astype(np.uint8, copy=False))
    return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=kind, borderValue=_BACKGROUND).astype(np.uint8)


def unreadable(language: Language = Language.ENGLISH) -> Image:
    """What stands in for a picture that cannot be read."""
    canvas = np.full((HEIGHT, WIDTH, 3), _BACKGROUND, np.uint8)
    _lines(canvas, [text(language, "window.unreadable")])
    return canvas


def _centred(picture: Image) -> Image:
    """At full size: what does not fit is cut off, what is missing is background."""
    height, width = picture.shape[:2]
    matrix = np.array([[1.0, 0, (WIDTH - width) // 2], [0, 1.0, (HEIGHT - height) // 2]])
    moved = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST, borderValue=_BACKGROUND)
    return moved.astype(np.uint8, copy=False)


def _bar(canvas: Image, session: ReviewState, kept: str) -> None:
    language, decided = session.language, text(session.language, "window.position", count=len(session.verdicts))
    place = f"{session.position + 1}/{len(session.items)}  {session.current}"
    where = place if session.current else text(language, "window.the end")
    _write(canvas, f"{where}    {decided}", (12, HEIGHT + 26), _TEXT, 0.6)
    _write(canvas, session.notice or f"? {text(language, 'hint.help')}    {kept}", (12, HEIGHT + 52), _SOFT, 0.5)
    if (item := session.current) and (verdict := session.verdicts.get(item)):
        cv2.rectangle(canvas, (WIDTH - 120, HEIGHT + 8), (WIDTH - 12, HEIGHT + 36), _COLOURS[verdict], cv2.FILLED)
        _write(canvas, _word(session, verdict), (WIDTH - 110, HEIGHT + 28), _BACKGROUND, 0.6)


def _word(session: ReviewState, verdict: MaskVerdict) -> str:
    return text(session.language, _WORDS[verdict])


def _lines(canvas: Image, lines: Sequence[str], left: int = 120) -> None:
    top = (HEIGHT - 28 * len(lines)) // 2
    for row, line in enumerate(lines):
        _write(canvas, line, (left, top + 28 * row + 20), _TEXT, _LINE / 34)


def _write(canvas: Image, words: str, at: tuple[int, int], colour: tuple[int, int, int], size: float) -> None:
    """Text whose letters stand on `at`; too long ones lose their middle."""
    height = round(34 * size)
    left, bottom = at
    shown = primitives.fitting(words, canvas.shape[1] - left - 12, height)
    primitives.write(canvas, shown, (left, bottom - round(0.8 * height)), colour, height)
