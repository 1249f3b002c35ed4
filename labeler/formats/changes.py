"""What a file says beyond its record: labels that another tool made or changed, as events by `import`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime

from labeler.formats.entry import Found
from labeler.formats.eye_names import Condition, condition
from labeler.samples.item import shown_guesses
from labeler.samples.judgement import judgement
from livecam.core.samples import EyeLabel, LabelEvent, Sample, SampleState, Standing, Verb, standing

BY = "import"
TOLERANCE = 0.02  # pixels: other tools round to two decimals
_VERBS = {Condition.OPEN: Verb.POINT, Condition.CLOSED: Verb.CLOSED, Condition.OCCLUDED: Verb.OCCLUDED}


def changes(
    found: Found, sample: Sample, recorded: Sequence[LabelEvent], here: Standing, now: datetime
) -> tuple[LabelEvent, ...]:
    """Nothing where the file's labels are those of the `recorded` events, or those that stand `here` already.

    Labels that are gone from the file say nothing: no label is taken back by leaving it out.
    """
    then = standing(recorded)
    if found.labels:
        known = same(found.labels, then.labels) or same(found.labels, here.labels)
        return () if known else tuple(_placed(found.labels, sample, now))
    if found.is_right is not None:
        return _judged(found.is_right, sample, recorded, here, now)
    if found.is_skipped and SampleState.NEW is then.state is here.state:
        return (LabelEvent(sample.id, Verb.SKIP, BY, when=now),)
    return ()


def same(some: Sequence[EyeLabel], others: Sequence[EyeLabel]) -> bool:
    """The same eyes in the same state and place; a radius that one does not know fits every other."""
    return len(some) == len(others) and all(map(_same, some, others))


def _same(one: EyeLabel, other: EyeLabel) -> bool:
    if (one.side, condition(one)) != (other.side, condition(other)):
        return False
    if one.centre is None or other.centre is None:
        return True
    radii_fit = one.radius is None or other.radius is None or abs(one.radius - other.radius) <= TOLERANCE
    return radii_fit and math.dist(one.centre, other.centre) <= TOLERANCE


def _placed(labels: Sequence[EyeLabel], sample: Sample, now: datetime) -> Iterator[LabelEvent]:
    for label in labels:
        verb = _VERBS[condition(label)]
        yield LabelEvent(sample.id, verb, BY, side=label.side, point=label.centre, radius=label.radius, when=now)
    yield LabelEvent(sample.id, Verb.ACCEPT, BY, when=now)


def _judged(
    is_right: bool, sample: Sample, recorded: Sequence[LabelEvent], here: Standing, now: datetime
) -> tuple[LabelEvent, ...]:
    then = standing(recorded)
    wanted = SampleState.LABELLED if is_right else SampleState.REJECTED
    judged = bool(judgement(event for event in recorded if not event.repeat))
    if (then.state is not SampleState.NEW and judged is is_right) or here.state is wanted:
        return ()
    verb = Verb.ACCEPT if is_right else Verb.REJECT
    return (LabelEvent(sample.id, verb, BY, shown=shown_guesses(sample), when=now),)
