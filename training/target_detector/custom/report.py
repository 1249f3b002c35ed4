"""The page of a training: what to expect, and pictures of what was missed and of what was nearly so."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.types import Box, Image
from training.engine.files import replacing
from training.target_detector.custom.judging import Expectation, JudgedPage
from training.target_detector.custom.planning import side

_TILE = 200  # pixels of a picture's side
_AROUND = 5.0  # sides of the target that a picture shows
_MOST = 24  # pictures of each kind
_NEAR = 1.0  # log-odds: a hit whose lead over the best wrong candidate is smaller is a near miss
_GREEN, _RED = (60, 190, 60), (40, 40, 230)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}"
    "figure{display:inline-block;margin:0 1em 1em 0;vertical-align:top;width:200px}"
    "img{width:200px;height:200px;border-radius:6px;display:block}figcaption{font-size:13px;color:#444;overflow-wrap:anywhere}"
    "ul{padding-left:1.2em}"
)


class Shown(NamedTuple):
    """A place on a page worth a look."""

    page: JudgedPage
    box: Box
    words: str
    right: bool


def write(path: Path, expected: Expectation, words: Sequence[str], trained_on: str) -> None:
    """An HTML page that needs nothing beside it."""
    misses, near, false = (list(part)[:_MOST] for part in (_misses(expected), _near(expected), _false(expected)))
    body = [
        f"<h1>What to expect</h1><p>{escape(trained_on)}</p>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in words) + "</ul>",
        _part("Missed", misses, "Targets that were not among what counts as found.", "Nothing was missed."),
        _part("Near misses", near, "Found, but something else was nearly as likely.", "No target was nearly missed."),
        _part(
            "Taken for the target",
            false,
            "Wrong, yet called found: draw them as look-alikes (key l in livecam-label boxes) and train again.",
            "Nothing wrong was called found.",
        ),
    ]
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What to expect</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )
    with replacing(path) as stream:
        stream.write(html.encode())


def _misses(expected: Expectation) -> Iterator[Shown]:
    for page in expected.pages:
        for box in page.missed(expected.threshold):
            rank = next((k for k, hit in enumerate(page.hits) if hit), None)
            words = (
                "not among the candidates" if rank is None else f"candidate {rank + 1}, {page.targets[rank].score:.2f}"
            )
            yield Shown(page, box, words, True)


def _near(expected: Expectation) -> Iterator[Shown]:
    """The right one, and beside it the best wrong one."""
    for page in sorted(expected.pages, key=lambda page: page.margin):
        wrong = next((target for target, hit in zip(page.targets, page.hits, strict=True) if not hit), None)
        if page.found_first and wrong is not None and page.margin < _NEAR:
            yield Shown(page, page.targets[0].box, f"right, {page.targets[0].score:.2f}", True)
            yield Shown(page, wrong.box, f"wrong, {wrong.score:.2f}", False)


def _false(expected: Expectation) -> Iterator[Shown]:
    for page in expected.pages:
        for target, hit in page.said(expected.threshold):
            if not hit:
                yield Shown(page, target.box, f"wrong, {target.score:.2f}", False)


def _part(title: str, shown: Sequence[Shown], words: str, none: str) -> str:
    figures = "".join(map(_figure, shown))
    return f"<h2>{escape(title)}</h2><p>{escape(words if shown else none)}</p><div>{figures}</div>"


def _figure(shown: Shown) -> str:
    picture = base64.b64encode(cv2.imencode(".jpg", _crop(shown), [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()).decode()
    words = f"{shown.page.page.name}: {shown.words}"
    return (
        f'<figure><img src="data:image/jpeg;base64,{picture}" alt="{escape(words)}">'
        f"<figcaption>{escape(words)}</figcaption></figure>"
    )


def _crop(shown: Shown) -> Image:
    """A square about the box, which is drawn: green where there is a target, else red."""
    page, box = shown.page.page, shown.box
    width = min(max(round(_AROUND * side(box)), 16), page.width, page.height)
    left = min(max(round(box.x + box.width / 2 - width / 2), 0), page.width - width)
    top = min(max(round(box.y + box.height / 2 - width / 2), 0), page.height - width)
    part = page.bgr(page.read()[top : top + width, left : left + width])
    factor = _TILE / width
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    tile = np.ascontiguousarray(cv2.resize(part, (_TILE, _TILE), interpolation=kind).astype(np.uint8, copy=False))
    corners = [round((value - start) * factor) for value, start in ((box.x, left), (box.y, top))]
    ends = [round((value - start) * factor) for value, start in ((box.x + box.width, left), (box.y + box.height, top))]
    cv2.rectangle(tile, corners, ends, _GREEN if shown.right else _RED, 1, cv2.LINE_AA)
    return tile
