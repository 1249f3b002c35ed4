"""The gallery: samples as a grid, filtered, sorted by likeness, and judged many at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.session.actions import LabelingMode
from labeler.session.item import Assignment, labeling_item
from labeler.web.serialization import current_json, judged_eye_json
from livecam.core.errors import StoreError
from livecam.core.types import Box, Face, Side
from livecam.live.collection.near_duplicates import difference_hash
from livecam.store.labels import SIDES, pupil_distance, shown_predictions
from livecam.store.samples import LabelAction, LabelEvent, Sample, SampleState, SamplingReason, StoredSample
from livecam.store.search import UNDECIDED, SampleFilter
from livecam.store.store import Store

MOST_ITEMS = 200
CROP_WIDTH = 320
_MOST_COMPARED = 150  # pictures that are looked at for one question of likeness
_STATES: Mapping[str, Sequence[SampleState]] = {
    "undecided": UNDECIDED,
    "labelled": (SampleState.LABELLED,),
    "rejected": (SampleState.REJECTED,),
    "skipped": (SampleState.SKIPPED,),
    "not a face": (SampleState.NOT_A_FACE,),
}
_DECISIONS = {
    action.value: action
    for action in (LabelAction.ACCEPT, LabelAction.REJECT, LabelAction.SKIP, LabelAction.NOT_A_FACE)
}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """What the page asks for."""

    wanted: SampleFilter
    like: str = ""
    offset: int = 0
    limit: int = 60


def parse_query(given: Mapping[str, str]) -> GalleryQuery:
    """ValueError for what cannot be asked."""
    state = given.get("state", "")
    if state and state not in {*_STATES, "disputed", "gold"}:
        raise ValueError(f"no state is called {state[:40]!r}; known: {', '.join([*_STATES, 'disputed', 'gold'])}")
    least, most = given.get("confidence_from"), given.get("confidence_to")
    prefix = given.get("id", "").strip().lower()
    if prefix.strip("0123456789abcdef"):
        raise ValueError(f"an id has figures of sixteen only, not {prefix[:40]!r}")
    wanted = SampleFilter(
        states=_STATES.get(state),
        disputed=state == "disputed",
        gold=state == "gold",
        reason=SamplingReason(given["reason"]) if given.get("reason") else None,
        recording=given.get("recording") or None,
        person=given.get("person") or None,
        id_prefix=prefix,
        detector=given.get("finder") or None,
        confidence=(float(least or 0), float(most or 1)) if least or most else None,
    )
    offset, limit = int(given.get("offset") or 0), int(given.get("limit") or 60)
    return GalleryQuery(wanted, given.get("like", ""), max(0, offset), min(max(1, limit), MOST_ITEMS))


@dataclass(slots=True)
class Gallery:
    """All samples of a store, for one server; what was judged at once can be taken back at once."""

    store: Store
    _batches: dict[str, tuple[str, tuple[LabelEvent, ...]]] = field(default_factory=dict)
    _hashes: dict[str, int] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _shown: dict[str, tuple[float, int]] = field(default_factory=dict)  # to whom, when, and how many

    def find(self, query: GalleryQuery, annotator: str) -> Json:
        """One page of the grid, as `annotator` would judge it."""
        ids = self.store.search(query.wanted)
        if query.like:
            ids = self._by_likeness(query.like, ids)
        self._shown[annotator] = self.clock(), min(query.limit, len(ids))
        page = ids[query.offset : query.offset + query.limit]
        comments = self.store.count_comments(page)
        items = [self._item(stored, annotator, comments) for stored in self.store.load(page)]
        return {"total": len(ids), "offset": query.offset, "items": items, "facets": self.store.facets()}

    def crop(self, sample_id: str) -> tuple[bytes, tuple[int, int, int, int]]:
        """The region of the eyes as a JPEG, and where it is in the picture: left, top, width, height."""
        sample = self.store.sample(sample_id).sample
        left, top, width, height = region = _eye_region(sample)
        part = self.store.picture(sample_id)[top : top + height, left : left + width]
        size = (CROP_WIDTH, max(1, round(CROP_WIDTH * height / width)))
        method = cv2.INTER_AREA if width > CROP_WIDTH else cv2.INTER_CUBIC
        written, content = cv2.imencode(".jpg", cv2.resize(part, size, interpolation=method))
        assert written
        return content.tobytes(), region

    def judge(self, decision: str, ids: Sequence[str], annotator: str) -> Json:
        """Judges each as in review, by what it shows at this moment."""
        if decision not in _DECISIONS:
            raise ValueError(f"a batch cannot be {decision[:40]!r}; known: {', '.join(_DECISIONS)}")
        refused: dict[str, str] = {}
        said: list[LabelEvent] = []
        for sample_id in ids:
            try:
                said += self._judged(_DECISIONS[decision], sample_id, annotator)
            except StoreError as error:
                refused[sample_id] = str(error)
        when, count = self._shown.get(annotator, (self.clock(), 1))
        seconds = round((self.clock() - when) / max(1, count), 3)  # a grid is looked at as a whole
        kept = self.store.append_events([replace(event, seconds=seconds) for event in said]) if said else ()
        batch = secrets.token_hex(8)
        self._batches[batch] = (annotator, kept)
        return {"done": list(dict.fromkeys(event.sample_id for event in kept)), "refused": refused, "batch": batch}

    def take_back(self, batch: str, annotator: str) -> Json:
        """ValueError for a batch that nobody knows, or somebody else made."""
        by, kept = self._batches.get(batch, ("", ()))
        if by != annotator:
            raise ValueError("there is no such batch to take back")
        del self._batches[batch]
        undone = [
            LabelEvent(event.sample_id, LabelAction.UNDO, annotator, undone_event=event.number)
            for event in reversed(kept)
        ]
        done = self.store.append_events(undone) if undone else ()
        return {"done": list(dict.fromkeys(event.sample_id for event in done)), "refused": {}, "batch": batch}

    def _judged(self, action: LabelAction, sample_id: str, annotator: str) -> list[LabelEvent]:
        stored = self.store.sample(sample_id)
        item = labeling_item(
            stored.sample,
            self.store.events(sample_id),
            assignment=Assignment(sample_id),
            annotator=annotator,
            mode=LabelingMode.REVIEW,
        )
        if action is LabelAction.ACCEPT and not any(item.prediction(side) or side in item.hidden for side in SIDES):
            raise StoreError("nothing was found that could be accepted")
        about = LabelEvent(sample_id, action, annotator, shown_predictions=item.shown_predictions)
        if action is not LabelAction.ACCEPT:
            return [about]
        hidden = [LabelEvent(sample_id, LabelAction.OCCLUDED, annotator, side) for side in sorted(item.hidden)]
        return [*hidden, about]

    def _item(self, stored: StoredSample, annotator: str, comments: Mapping[str, int]) -> Json:
        sample = stored.sample
        item = labeling_item(
            sample,
            self.store.events(sample.id) if stored.resolved.state is not SampleState.NEW else (),
            assignment=Assignment(sample.id),
            annotator=annotator,
            mode=LabelingMode.REVIEW,
        )
        found = [each.pupil.confidence for each in shown_predictions(sample) if each.pupil is not None]
        eyes = [(side, judged_eye_json(item, side)) for side in SIDES]
        return {
            "id": sample.id,
            "width": sample.size[0],
            "height": sample.size[1],
            "state": stored.state.value,
            "reason": sample.reason.value,
            "recording": sample.session,
            "seconds": sample.seconds,
            "confidence": min(found, default=None),
            "by": stored.resolved.annotator,
            "disputed": stored.resolved.disputed,
            "comments": comments.get(sample.id, 0),
            "current": current_json(item),
            "eyes": [{"side": side.value, **eye} for side, eye in eyes if eye is not None],
        }

    def _by_likeness(self, sample_id: str, ids: Sequence[str]) -> Sequence[str]:
        """The most similar first: of those that are alike in shape, by what the region of the eyes looks like."""
        one = self.store.sample(sample_id).sample
        others = self.store.load([other for other in ids if other != sample_id][: 20 * _MOST_COMPARED])
        shape = _shape(one)
        by_shape = sorted(others, key=lambda stored: float(np.abs(_shape(stored.sample) - shape).sum()))
        near, far = by_shape[:_MOST_COMPARED], by_shape[_MOST_COMPARED:]
        mine = self._hash(one)
        near.sort(key=lambda stored: (self._hash(stored.sample) ^ mine).bit_count())
        rest = [stored.sample.id for stored in (*near, *far)]
        known = {sample_id, *rest}
        return [sample_id, *rest, *(other for other in ids if other not in known)]

    def _hash(self, sample: Sample) -> int:
        if sample.id not in self._hashes:
            face = Face(Box(0, 0, *sample.size), sample.landmarks, 1.0)
            self._hashes[sample.id] = difference_hash(self.store.picture(sample.id), face)
        return self._hashes[sample.id]


def _shape(sample: Sample) -> NDArray[np.float32]:
    """(140,): landmarks and pupils from the middle of the eyes, in pupil distances; pupils weigh as much as a face."""
    unit, middle = pupil_distance(sample), sample.landmarks[36:48].mean(axis=0)
    found = {each.side: each.pupil for each in shown_predictions(sample)}
    pupils = [np.asarray(pupil.centre, np.float32) if (pupil := found.get(side)) else middle for side in Side]
    places = np.vstack([sample.landmarks - middle, 30 * (np.array(pupils) - middle)])
    return (places / max(unit, 1.0)).astype(np.float32).ravel()


def _eye_region(sample: Sample) -> tuple[int, int, int, int]:
    """Both eyes and some room: left, top, width, height, inside the picture."""
    low, high = sample.landmarks[36:48].min(axis=0), sample.landmarks[36:48].max(axis=0)
    room = 0.35 * pupil_distance(sample)
    width, height = sample.size
    left, top = (int(max(0, place - room)) for place in low.tolist())
    right, bottom = (
        int(min(length, place + room + 1)) for place, length in zip(high.tolist(), (width, height), strict=True)
    )
    if right - left < 2 or bottom - top < 2:
        return 0, 0, width, height
    return left, top, right - left, bottom - top
