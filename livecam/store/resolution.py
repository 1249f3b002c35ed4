"""Label resolution: what the events of one sample, said by several people, come to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from livecam.core.types import EyeState, Side
from livecam.store.samples import (
    EYE_VERBS,
    IMPORTED,
    EyeLabel,
    LabelAction,
    LabelEvent,
    Prediction,
    ResolvedLabels,
    SampleState,
)

DECIDING = {
    LabelAction.ACCEPT: SampleState.LABELLED,
    LabelAction.REJECT: SampleState.REJECTED,
    LabelAction.SKIP: SampleState.SKIPPED,
    LabelAction.NOT_A_FACE: SampleState.NOT_A_FACE,
}
_ANSWERS = frozenset({LabelAction.ACCEPT, LabelAction.NOT_A_FACE})
DISPUTED_APART = 0.05  # of the pupil distance: two people's points further apart than this are no agreement
_RADIUS = 0.0935  # of an iris, pupil distances


def standing_events(events: Iterable[LabelEvent]) -> tuple[LabelEvent, ...]:
    """Those that were not taken back, without the takings back; oldest first as they came."""
    events = tuple(events)
    undone = {event.undone_event for event in events if event.action is LabelAction.UNDO}
    return tuple(event for event in events if event.action is not LabelAction.UNDO and event.number not in undone)


def resolve_labels(
    events: Iterable[LabelEvent], *, annotator: str | None = None, repeats: bool = False
) -> ResolvedLabels:
    """The fold of one sample's events, oldest first: of everybody, or of one person, or of that person's repeats.

    Of everybody: the label of whoever labelled first stands until that person, or an adjudication, changes it; what
    others say is an opinion. A skip hides nothing. What came with a file stands until a person says something. Why:
    docs/decisions/a-label-has-an-author.md
    """
    events = [event for event in events if event.is_repeat is repeats and annotator in {None, event.annotator}]
    valid = standing_events(events)
    flagged = any(event.action is LabelAction.FLAG for event in valid)
    gold = any(event.action is LabelAction.GOLD for event in valid)
    opinions = _opinions(valid)
    decision = opinions.get(annotator) if annotator is not None else _standing(valid, opinions)
    deciders = sum(opinion.action is not LabelAction.SKIP for opinion in opinions.values())
    if decision is None:
        return ResolvedLabels(flagged=flagged, deciders=deciders)
    return ResolvedLabels(
        DECIDING[decision.action],
        labels_of(decision, valid),
        decision.annotator,
        decision.when,
        flagged,
        decision.number,
        deciders,
        disputed=annotator is None and bool(_dissenting(decision, valid, opinions)),
        gold=gold and decision.action is LabelAction.ACCEPT,
    )


def labels_of(decision: LabelEvent, valid: Iterable[LabelEvent]) -> tuple[EyeLabel, ...]:
    """The labels that a decision came to, of the standing events of its sample; none unless it accepts."""
    if decision.action is not LabelAction.ACCEPT:
        return ()
    said = [event for event in valid if event.annotator == decision.annotator and event.number < decision.number]
    return _labels(decision, said)


def dissenting(events: Iterable[LabelEvent]) -> Sequence[LabelEvent]:
    """The decisions, one a person at most, that say otherwise than what stands and were not settled since."""
    valid = standing_events(event for event in events if not event.is_repeat)
    opinions = _opinions(valid)
    decision = _standing(valid, opinions)
    return () if decision is None else _dissenting(decision, valid, opinions)


def opinions_of(events: Iterable[LabelEvent]) -> Mapping[str, LabelEvent]:
    """The decision of each person on one sample, repeats left out; a skip only where there is nothing else."""
    return _opinions(standing_events(event for event in events if not event.is_repeat))


def contradict(one: LabelEvent, other: LabelEvent, events: Iterable[LabelEvent]) -> bool:
    """Whether two decisions on one sample, of whose events they are, cannot both be right."""
    valid = standing_events(event for event in events if not event.is_repeat)
    return _contradicts(one, other, labels_of(other, valid), valid)


def _opinions(valid: Sequence[LabelEvent]) -> Mapping[str, LabelEvent]:
    """The decision of each person: the last one, and a skip only where there is nothing else."""
    latest: dict[str, LabelEvent] = {}
    for event in valid:
        earlier = latest.get(event.annotator)
        hides = event.action is LabelAction.SKIP and earlier is not None and earlier.action is not LabelAction.SKIP
        if event.action in DECIDING and not hides:
            latest[event.annotator] = event
    return latest


def _standing(valid: Sequence[LabelEvent], opinions: Mapping[str, LabelEvent]) -> LabelEvent | None:
    """The decision that counts; None where nobody has made one."""
    author = _author(valid, opinions)
    changes = [
        event
        for event in valid
        if event.is_adjudication and event.action in DECIDING and event.action is not LabelAction.SKIP
    ]
    if author is not None:
        changes.append(opinions[author])
    if changes:
        return max(changes, key=lambda event: event.number)
    by_people = [opinion for opinion in opinions.values() if not opinion.judges_person]
    rejected = [opinion for opinion in by_people if opinion.action is LabelAction.REJECT]
    return min(rejected or by_people, key=lambda event: event.number, default=None)


def _author(valid: Sequence[LabelEvent], opinions: Mapping[str, LabelEvent]) -> str | None:
    """Who labelled first of those whose last word is a label; what came with a file is the last to count."""
    rejections = {
        by: opinion.number
        for by, opinion in opinions.items()
        if opinion.action is LabelAction.REJECT and not opinion.judges_person and by != IMPORTED
    }
    first: dict[str, int] = {}
    for event in valid:
        opinion = opinions.get(event.annotator)
        if opinion is None or opinion.action not in _ANSWERS or event.action not in _ANSWERS or event.judges_person:
            continue
        before = [number for by, number in rejections.items() if by != event.annotator and number < event.number]
        # Saying yes to what somebody else called wrong is an opinion; saying where it really is, is a label.
        if event.action is LabelAction.ACCEPT and before and not any(one.moved for one in labels_of(event, valid)):
            continue
        first.setdefault(event.annotator, event.number)
    if IMPORTED in first and (len(first) > 1 or any(number > first[IMPORTED] for number in rejections.values())):
        del first[IMPORTED]
    return min(first, key=first.__getitem__, default=None)


def _dissenting(
    decision: LabelEvent, valid: Sequence[LabelEvent], opinions: Mapping[str, LabelEvent]
) -> Sequence[LabelEvent]:
    settled = decision.number if decision.is_adjudication else 0
    labels = labels_of(decision, valid)
    return [
        opinion
        for by, opinion in opinions.items()
        if by not in {decision.annotator, IMPORTED}
        and opinion.number > settled
        and _contradicts(opinion, decision, labels, valid)
    ]


def _contradicts(
    opinion: LabelEvent, decision: LabelEvent, labels: Sequence[EyeLabel], valid: Sequence[LabelEvent]
) -> bool:
    pair = {opinion.action, decision.action}
    if LabelAction.SKIP in pair:
        return False
    if pair == {LabelAction.ACCEPT}:
        return apart(labels_of(opinion, valid), labels)
    if pair == {LabelAction.ACCEPT, LabelAction.REJECT}:
        # That a prediction was wrong is what a label placed elsewhere says too.
        rejected, accepted = (opinion, decision) if opinion.action is LabelAction.REJECT else (decision, opinion)
        return rejected.judges_person or not any(label.moved for label in labels_of(accepted, valid))
    return len(pair) == 2


def apart(some: Sequence[EyeLabel], others: Sequence[EyeLabel]) -> bool:
    """Whether an eye that both labelled is in another state, or its points are further apart than people agree."""
    theirs = {label.side: label for label in others}
    unit = _unit(some) or _unit(others)
    for one in some:
        other = theirs.get(one.side)
        if other is None:
            continue
        if (one.state, one.occluded) != (other.state, other.occluded):
            return True
        if one.centre and other.centre and unit and math.dist(one.centre, other.centre) > DISPUTED_APART * unit:
            return True
    return False


def _unit(labels: Sequence[EyeLabel]) -> float:
    """The pupil distance as far as labels tell it, pixels; 0 where they do not."""
    centres = [label.centre for label in labels if label.centre]
    if len(centres) == 2:
        return math.dist(*centres)
    return max((label.radius or 0.0 for label in labels), default=0.0) / _RADIUS


def _labels(accepted: LabelEvent, said: Sequence[LabelEvent]) -> tuple[EyeLabel, ...]:
    """What was said since the same person's decision before, else what was shown."""
    latest: dict[Side, LabelEvent] = {}
    for event in said:
        if event.action in DECIDING:
            latest.clear()
        elif event.action in EYE_VERBS and event.side is not None:
            latest[event.side] = event
    shown = {prediction.side: prediction for prediction in accepted.shown_predictions}
    return tuple(
        _said(latest[side]) if side in latest else _accepted(shown[side])
        for side in (Side.LEFT, Side.RIGHT)
        if side in latest or (side in shown and shown[side].pupil is not None)
    )


def _said(event: LabelEvent) -> EyeLabel:
    assert event.side is not None
    closed = event.action is LabelAction.CLOSED
    state = EyeState.CLOSED if closed else EyeState.OPEN
    return EyeLabel(
        event.side, state, event.point, event.radius, occluded=event.action is LabelAction.OCCLUDED, moved=True
    )


def _accepted(prediction: Prediction) -> EyeLabel:
    assert prediction.pupil is not None
    if prediction.pupil.state is EyeState.CLOSED:
        return EyeLabel(prediction.side, EyeState.CLOSED, None, None)
    return EyeLabel(prediction.side, EyeState.OPEN, prediction.pupil.centre, prediction.pupil.radius or None)
