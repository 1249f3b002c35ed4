"""Adjudication: which samples people disagree about, what each of them says, and how it is settled for everybody."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from livecam.core.errors import SettingsError
from livecam.store.labels import pupil_distance
from livecam.store.resolution import DECIDING, labels_of, opinions_of, standing_events
from livecam.store.samples import EyeLabel, LabelAction, LabelEvent, StoredSample
from livecam.store.search import SampleFilter
from livecam.store.store import Store

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person says of a sample."""

    annotator: str
    action: LabelAction
    labels: tuple[EyeLabel, ...]
    stands: bool  # whether it is what counts now
    about_label: bool  # whether it judges somebody's label

    @property
    def words(self) -> str:
        """For a list."""
        eyes = ", ".join(f"{label.side.value} {_place(label)}" for label in self.labels)
        about = " of the label" if self.about_label else ""
        who = f"{self.annotator} (stands)" if self.stands else self.annotator
        return f"{who}: {self.action.value}{about}{f' {eyes}' if eyes else ''}"


def disputed_samples(store: Store) -> Iterator[tuple[StoredSample, Sequence[Opinion]]]:
    """Highest priority first, with what everybody says."""
    ids = store.search(SampleFilter(disputed=True))
    for first in range(0, len(ids), _BATCH):
        for stored in store.load(ids[first : first + _BATCH]):
            yield stored, opinions(stored, tuple(store.events(stored.sample.id)))


def opinions(stored: StoredSample, events: Sequence[LabelEvent]) -> Sequence[Opinion]:
    """In the order in which people decided."""
    valid = standing_events(event for event in events if not event.is_repeat)
    decisions = sorted(opinions_of(events).values(), key=lambda event: event.number)
    return [
        Opinion(
            event.annotator,
            event.action,
            labels_of(event, valid),
            event.number == stored.resolved.decision,
            event.judges_person,
        )
        for event in decisions
    ]


def check_adjudicator(name: str, adjudicators: Sequence[str]) -> str:
    """The name; SettingsError when others are named who settle disputes."""
    if adjudicators and name not in adjudicators:
        known = ", ".join(adjudicators)
        raise SettingsError(f"'{name}' is no adjudicator; label.adjudicators names {known}: give one of them with --as")
    return name


def settle(store: Store, sample_id: str, in_favour_of: str, adjudicator: str) -> StoredSample:
    """Makes what one person says count for everybody, said by the adjudicator; the sample as it is then.

    SettingsError when that person said nothing that can count, StoreError for an unknown sample.
    """
    events = tuple(store.events(sample_id))
    decision = opinions_of(events).get(in_favour_of)
    if decision is None or decision.action is LabelAction.SKIP:
        known = ", ".join(sorted(by for by, event in opinions_of(events).items() if event.action in DECIDING))
        raise SettingsError(f"'{in_favour_of}' has decided nothing of {sample_id[:12]}; who has: {known or 'nobody'}")
    valid = standing_events(event for event in events if not event.is_repeat)
    said = [_again(label, sample_id, adjudicator) for label in labels_of(decision, valid)]
    about = LabelEvent(
        sample_id, decision.action, adjudicator, shown_predictions=decision.shown_predictions, is_adjudication=True
    )
    # Its eyes are said again, so that they do not depend on what was shown.
    about = replace(about, shown_predictions=()) if said else about
    store.append_events([*said, about])
    return store.sample(sample_id)


def _again(label: EyeLabel, sample_id: str, adjudicator: str) -> LabelEvent:
    action = (
        LabelAction.OCCLUDED if label.occluded else LabelAction.CLOSED if label.centre is None else LabelAction.POINT
    )
    return LabelEvent(sample_id, action, adjudicator, label.side, label.centre, label.radius)


def apart(stored: StoredSample, some: Sequence[Opinion]) -> float | None:
    """The largest distance between two people's points for one eye, in pupil distances; None where there are no two."""
    unit = pupil_distance(stored.sample)
    places = [(label.side, label.centre) for opinion in some for label in opinion.labels if label.centre is not None]
    found = [
        math.dist(one, other) / unit
        for index, (side, one) in enumerate(places)
        for other_side, other in places[index + 1 :]
        if side is other_side
    ]
    return max(found, default=None)


def _place(label: EyeLabel) -> str:
    if label.occluded:
        return "hidden"
    return "closed" if label.centre is None else f"({label.centre.x:.1f}, {label.centre.y:.1f})"
