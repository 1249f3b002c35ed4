"""The statistics report of a store: counts, agreement, accuracy of predictions."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from labeler.session.gold import GoldAnswer, gold_answer
from labeler.statistics.agreement import Annotation, annotation_of, distances, judgements, kappa, states
from labeler.statistics.detector_accuracy import detector_accuracy
from labeler.statistics.intervals import share, told
from livecam.store.judging import round_readiness
from livecam.store.labels import by_sample
from livecam.store.resolution import DECIDING, contradict, opinions_of, standing_events
from livecam.store.samples import LABEL, LabelAction, LabelEvent, SamplingReason, StoredSample
from livecam.store.store import Store

HASTY = 0.25  # seconds; nobody looks at a picture and decides in less
Pairs = list[tuple[Annotation, Annotation]]


@dataclass(slots=True)
class _Heap:
    """What is gathered while going once through the store."""

    people: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    eyes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    between: dict[tuple[str, str], Pairs] = field(default_factory=lambda: defaultdict(list))
    within: dict[str, Pairs] = field(default_factory=lambda: defaultdict(list))
    decided: list[tuple[StoredSample, Sequence[LabelEvent]]] = field(default_factory=list)
    agreeing: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    gold: dict[str, list[GoldAnswer]] = field(default_factory=lambda: defaultdict(list))
    reviewed: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))  # by whose label was judged
    disputed: int = 0

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
        self._compare(stored, events)
        if events:
            self.decided.append((stored, events))

    def _compare(self, stored: StoredSample, events: Sequence[LabelEvent]) -> None:
        """Each person's answer with those that others gave without seeing it, and with the truth."""
        self.disputed += stored.resolved.disputed
        said = {by: event for by, event in opinions_of(events).items() if event.action is not LabelAction.SKIP}
        independent = {by: event for by, event in said.items() if not _saw_label(event)}
        for one, other in combinations(independent, 2):
            agreed = not contradict(independent[one], independent[other], events)
            self.agreeing[one].append(agreed)
            self.agreeing[other].append(agreed)
        for by, event in said.items():
            if event.judges_person:
                self.reviewed[event.shown_predictions[0].version].append(event.action is LabelAction.ACCEPT)
            if answer := gold_answer(stored.sample, stored.resolved, events, by):
                self.gold[by].append(answer)

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
    random = [pair for pair in heap.decided if pair[0].sample.reason is SamplingReason.RANDOM]
    return {
        "store": str(store.folder),
        "samples": counts.samples,
        "events": counts.events,
        "states": _named(counts.states),
        "reasons": _named(counts.reasons),
        "splits": _named(counts.splits),
        "round": ready.as_json(),
        "people": {by: _person(heap, by) for by in sorted(heap.people)},
        "agreement": {
            "between": [{"people": list(two), **_agreement(pairs)} for two, pairs in sorted(heap.between.items())],
            "within": {by: _agreement(pairs) for by, pairs in sorted(heap.within.items())},
        },
        "disputed": heap.disputed,
        "finders": {"all": detector_accuracy(heap.decided), "random": detector_accuracy(random)},
    }


def format_statistics(found: Mapping[str, Any]) -> Iterator[str]:
    """The figures in lines for people."""
    yield f"{found['samples']} samples in {found['store']}, {found['events']} label events"
    yield from (f"  {what:8} {_counted(found[what])}" for what in ("states", "reasons", "splits"))
    yield found["round"]["told"]
    for by, person in found["people"].items():
        pace = "" if person["median_seconds"] is None else f", median {person['median_seconds']:.1f} s an item"
        yield f"{by}: {_counted(person['decisions'])}; eyes {_counted(person['eyes'])}{pace}"
        yield from (f"  {words}" for words in _told_of(person))
    if found["disputed"]:
        yield f"{found['disputed']} samples are disputed; livecam-label adjudicate lists them"
    for pair in found["agreement"]["between"]:
        yield f"{' and '.join(pair['people'])} decided {pair['samples']} of the same samples: {_agreed(pair)}"
    for by, own in found["agreement"]["within"].items():
        yield f"{by} decided {own['samples']} samples twice: {_agreed(own)}"
    for which, detectors in found["finders"].items():
        of = "random samples, the unbiased ones" if which == "random" else "all samples"
        yield from (f"{name} on {of}: {_quality(quality)}" for name, quality in detectors.items())


def _between(interval: Sequence[float]) -> str:
    return f"{interval[0]:.0%} to {interval[1]:.0%}"


def _named(counts: Mapping[Any, int]) -> Mapping[str, int]:
    return {kind.value: count for kind, count in counts.items()}


def _person(heap: _Heap, by: str) -> Mapping[str, Any]:
    seconds = heap.seconds[by]
    return {
        "decisions": dict(sorted(heap.people[by].items())),
        "eyes": dict(sorted(heap.eyes[by].items())),
        "n": len(seconds),
        "median_seconds": round(statistics.median(seconds), 3) if seconds else None,
        "under_0.25_s": sum(taken < HASTY for taken in seconds),
        "agreement": share(sum(heap.agreeing[by]), len(heap.agreeing[by])),
        "reviewed": share(sum(heap.reviewed[by]), len(heap.reviewed[by])),
        "gold": {
            **share(sum(one.right for one in heap.gold[by]), len(heap.gold[by])),
            "median_error": _error(heap, by),
        },
    }


def _error(heap: _Heap, by: str) -> float | None:
    """Of the eyes of known samples, in pupil distances."""
    errors = [error for answer in heap.gold[by] for error in answer.errors.values()]
    return round(statistics.median(errors), 4) if errors else None


def _told_of(person: Mapping[str, Any]) -> Iterator[str]:
    if person["under_0.25_s"]:
        yield f"{person['under_0.25_s']} decisions in less than 0.25 s"
    if person["agreement"]["n"]:
        yield f"agrees with others, unseen, in {told(person['agreement'])}"
    if person["reviewed"]["n"]:
        yield f"labels that others called right: {told(person['reviewed'])}"
    if person["gold"]["n"]:
        error = person["gold"]["median_error"]
        apart = "" if error is None else f", median error {error:.1%} of the pupil distance"
        yield f"known samples answered rightly: {told(person['gold'])}{apart}"


def _saw_label(event: LabelEvent) -> bool:
    return any(prediction.detector == LABEL for prediction in event.shown_predictions)


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
            f"({_between(quality['within_5_percent_interval'])}) of {quality['eyes']} eyes placed without seeing it"
        )
    if quality["judged"]:
        words.append(
            f"called right in {quality['judged_right']:.0%} ({_between(quality['judged_right_interval'])}) "
            f"of {quality['judged']} samples"
        )
    if quality["states"]:
        words.append(f"open or closed right in {quality['state_right']:.0%} of {quality['states']}")
    return ", ".join(words) or "no eye to compare"
