"""Several programs work on one store at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from livecam.store.samples import SampleState
from tests.livecam.store.conftest import Place
from tests.livecam.store.worker_process import OWN, SHARED

ROOT = Path(__file__).parents[3]


def test_two_write_and_two_label_at_once(place: Place) -> None:
    """One test, for starting programs is what takes long."""
    command = [
        sys.executable,
        "-m",
        "tests.livecam.store.worker_process",
        str(place.folder),
        *([place.url] if place.url else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    anna_added, bob_added, problems, anna_did, bob_did = json.loads(done.stdout)

    assert len(anna_added) + len(bob_added) == len(SHARED) + len(OWN["anna"]) + len(OWN["bob"])
    assert not set(anna_added) & set(bob_added)
    assert problems == []
    assert sorted(anna_did + bob_did) == sorted(anna_added + bob_added)
    with place.open() as store:
        assert store.counts().states[SampleState.SKIPPED] == len(anna_did + bob_did) == store.counts().events
        assert store.verify() == ()
