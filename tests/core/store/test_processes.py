"""Several programs work on one store at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from livecam.core.samples import SampleState
from tests.core.store.conftest import Place
from tests.core.store.working import OWN, SHARED

ROOT = Path(__file__).parents[3]


def test_two_write_and_two_label_at_once(place: Place) -> None:
    """One test, for starting programs is what takes long."""
    anna, bob, problems = _run(place, "add anna", "add bob", "open carol")
    assert len(anna) + len(bob) == len(SHARED) + len(OWN["anna"]) + len(OWN["bob"])
    assert not set(anna) & set(bob)
    assert problems == []

    anna_did, bob_did = _run(place, "label anna", "label bob")
    assert sorted(anna_did + bob_did) == sorted(anna + bob)

    with place.open() as store:
        assert store.counts().states[SampleState.SKIPPED] == len(anna + bob) == store.counts().events
        assert store.verify() == ()


def _run(place: Place, *roles: str) -> Sequence[list[str]]:
    """What programs that run at the same time print."""
    start = [sys.executable, "-m", "tests.core.store.working", str(place.folder), place.url or ""]
    running = [
        subprocess.Popen([*start, *role.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
        for role in roles
    ]
    outputs = [process.communicate() for process in running]
    assert [errors for _, errors in outputs] == [""] * len(roles)
    return [json.loads(printed) for printed, _ in outputs]
