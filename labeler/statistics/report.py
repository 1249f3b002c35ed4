"""The statistics report of a store: counts, agreement, accuracy of predictions."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from labeler.statistics.agreement import Annotation, annotation_of, distances, judgements, kappa, states
from labeler.statistics.detector_accuracy import detector_accuracy
from livecam.store.judging import round_readiness
from livecam.store.labels import by_sample
from livecam.store.resolution import DECIDING, standing_events
from livecam.store.samples import LabelEvent, SampleState, SamplingReason, StoredSample
from livecam.store.store import Store

Pairs = list[tuple[Annotation, Annotation]]


@dataclass(slots=True)
class _Heap:
    """What is gathered while going once through the store."""

    people: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    eyes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    between: dict[tuple[str, str], Pairs] = field(default_factory=lambda: defaultdict(list))
    within: dict[str, Pairs] = field(default_factory=lambda: defaultdict(list))
    labelled: list[StoredSample] = field(default_factory=list)

    def add(self, stored: StoredSample, events: Sequence[LabelEvent]) -> None:
        said = {by: annotation_of(stored.sample, events, by) for by in sorted({event.annotator for event in events})}
        opinions = {by: view for by, view in said.items() if view}
        for one, other in combinations(opinions, 2):
            self.between[one, other].append((opinions[one], opinions[other]))
        for by, view in opinions.items():
            self.eyes[by].update("hidden" if eye.occluded else eye.state.value for eye in view.labels.values())
            if again := annotation_of(stored.sample, events, by, repeat=True):
                self.within[by].append((view, again))
        for event in standing_events(events):
            if event.action in DECIDING:
                self.seconds[event.annotator].append(event.seconds)
        self._count(events)
        if stored.resolved.state is SampleState.LABELLED:
            self.labelled.append(stored)

    def _count(self, events: Sequence[LabelEvent]) -> None:
        latest = {
            (event.annotator, event.is_repeat): DECIDING[event.action].value
            for event in standing_events(events)
            if event.action in DECIDING
        }
        for (by, repeat), state in latest.items():
            self.people[by]["repeats" if repeat else state] += 1


def compute_statistics(store: Store) -> Mapping[str, Any]:
    """All figures, ready for JSON; null where there is nothing to measure."""
    heap, said = _Heap(), by_sample(store.events())
    for stored in store.samples():
        heap.add(stored, said.get(stored.sample.id, []))
    counts, ready = store.counts(), round_readiness(store)
    random = [stored for stored in heap.labelled if stored.sample.reason is SamplingReason.RANDOM]
    return {
        "store": str(store.folder),
        "samples": counts.samples,
        "events": counts.events,
        "states": _named(counts.states),
        "reasons": _named(counts.reasons),
        "splits": _named(counts.splits),
        "round": {**ready.as_json(), "told": ready.told()},
        "people": {by: _person(heap, by) for by in sorted(heap.people)},
        "agreement": {
            "between": [{"people": list(two), **_agreement(pairs)} for two, pairs in sorted(heap.between.items())],
            "within": {by: _agreement(pairs) for by, pairs in sorted(heap.within.items())},
        },
        "finders": {"all": detector_accuracy(heap.labelled), "random": detector_accuracy(random)},
    }


def format_statistics(found: Mapping[str, Any]) -> Iterator[str]:
    """The figures in lines for people."""
    yield f"{found['samples']} samples in {found['store']}, {found['events']} label events"
    yield from (f"  {what:8} {_counted(found[what])}" for what in ("states", "reasons", "splits"))
    yield found["round"]["told"]
    for by, person in found["people"].items():
        pace = "" if person["median_seconds"] is None else f", median {person['median_seconds']:.1f} s an item"
        yield f"{by}: {_counted(person['decisions'])}; eyes {_counted(person['eyes'])}{pace}"
    for pair in found["agreement"]["between"]:
        yield f"{' and '.join(pair['people'])} decided {pair['samples']} of the same samples: {_agreed(pair)}"
    for by, own in found["agreement"]["within"].items():
        yield f"{by} decided {own['samples']} samples twice: {_agreed(own)}"
    for which, detectors in found["finders"].items():
        of = "random samples, the unbiased ones" if which == "random" else "all labelled samples"
        yield from (f"{name} on {of}: {_quality(quality)}" for name, quality in detectors.items())


def _named(counts: Mapping[Any, int]) -> Mapping[str, int]:
    return {kind.value: count for kind, count in counts.items()}


def _person(heap: _Heap, by: str) -> Mapping[str, Any]:
    seconds = heap.seconds[by]
    return {
        "decisions": dict(sorted(heap.people[by].items())),
        "eyes": dict(sorted(heap.eyes[by].items())),
        "median_seconds": round(statistics.median(seconds), 3) if seconds else None,
    }


def _agreement(pairs: Pairs) -> Mapping[str, Any]:
    apart = distances(pairs)
    return {
        "samples": len(pairs),
        "judgement": _rated(judgements(pairs)),
        "open_or_closed": _rated(states(pairs)),
        "distance": _apart([(each.pixels, each.share) for each in apart]),
        "distance_placed": _apart([(each.pixels, each.share) for each in apart if each.placed]),
    }


def _rated(pairs: Sequence[tuple[object, object]]) -> Mapping[str, Any]:
    value = kappa(pairs)
    return {
        "count": len(pairs),
        "agreed": round(sum(a == b for a, b in pairs) / len(pairs), 4) if pairs else None,
        "kappa": None if value is None else round(value, 4),
    }


def _apart(values: Sequence[tuple[float, float]]) -> Mapping[str, Any]:
    def middle(numbers: Iterable[float]) -> float | None:
        return round(statistics.median(numbers), 4) if values else None

    return {
        "count": len(values),
        "median_pixels": middle(pixels for pixels, _ in values),
        "median_pupil_distances": middle(share for _, share in values),
    }


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "none"


def _agreed(figures: Mapping[str, Any]) -> str:
    words = []
    for what, name in (("judgement", "true or false"), ("open_or_closed", "open or closed")):
        if (rated := figures[what])["count"]:
            beyond = "not defined, all the same" if rated["kappa"] is None else f"{rated['kappa']:.2f}"
            words.append(f"{name} {rated['agreed']:.0%} of {rated['count']}, kappa {beyond}")
    for what, name in (("distance", "points"), ("distance_placed", "points placed by hand")):
        if (apart := figures[what])["count"]:
            share = apart["median_pupil_distances"]
            words.append(
                f"{apart['count']} {name} {apart['median_pixels']:.2f} px apart, {share:.1%} of the pupil distance"
            )
    return "; ".join(words) or "nothing that can be compared"


def _quality(quality: Mapping[str, Any]) -> str:
    words = []
    if quality["eyes"]:
        words.append(
            f"{quality['within_2.5_percent']:.0%} within 2.5 %, {quality['within_5_percent']:.0%} within 5 % "
            f"of {quality['eyes']} eyes"
        )
    if quality["states"]:
        words.append(f"open or closed right in {quality['state_right']:.0%} of {quality['states']}")
    return ", ".join(words) or "no eye to compare"
