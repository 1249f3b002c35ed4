"""A person who labels by the labeler's own session, and puts every pupil a little lower than it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.session.controller import AnnotationController
from livecam.core.types import EyeState, Point, Side
from livecam.settings import LabelSettings
from livecam.store.samples import Sample
from livecam.store.store import Store

BELOW = 0.05  # pupil distances, so that there is something to learn


class TrueEye(Protocol):
    """What is to be seen of an eye, frame pixels."""

    @property
    def state(self) -> EyeState: ...
    @property
    def centre(self) -> Point: ...


def label_low(store: Store, truth: Callable[[Sample, Side], TrueEye], most: float = math.inf) -> int:
    """By clicks and keys, `most` samples or all; how many were labelled."""
    settings = LabelSettings(repeats=0.0, auto_advance=False)
    desk = AnnotationController(store, LabelingMode.ANNOTATE, annotator="ann", settings=settings)
    session, labelled = desk.open(), 0
    while labelled < most and (sample := desk.sample(session)) is not None:
        for side in (Side.LEFT, Side.RIGHT):
            eye = truth(sample, side)
            while session.eye is not side:
                session = desk.handle(session, LabelingAction.OTHER_EYE)
            if eye.state is EyeState.CLOSED:
                session = desk.handle(session, LabelingAction.CLOSED)
                continue
            x, y = (value - shift for value, shift in zip(eye.centre, sample.origin, strict=True))
            assert session.item is not None
            session = desk.handle(session, PlacePupil(side, Point(x, y + BELOW * session.item.unit)))
        session = desk.handle(session, LabelingAction.ACCEPT)
        labelled += 1
    desk.close(session)
    return labelled
