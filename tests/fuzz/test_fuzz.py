"""A short run of every target, and that the harness sees what it is there to see."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

from livecam.core.errors import SourceError
from tests.fuzz.harness import BrokenPromiseError, Finding, Runner, check_untouched, random_of, snapshot
from tests.fuzz.mutation import spoiled
from tests.fuzz.targets import SHARES, TARGETS

# A glance at every target; `make fuzz` spoils 10,000 inputs.
COUNTS = {
    "pictures": 75,
    "videos": 20,
    "mjpeg": 30,
    "settings": 75,
    "cards": 15,
    "stores": 4,
    "labels": 20,
    "commands": 5,
    "packs": 60,
}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_spoiled_brings_a_stack_trace_a_hang_or_a_loss(name: str) -> None:
    tally = Runner(name, TARGETS[name], seed=7).run(COUNTS[name])
    assert tally.findings == []
    assert tally.tried == COUNTS[name]


def test_every_target_has_a_share_of_the_inputs() -> None:
    assert sorted(SHARES) == sorted(TARGETS) == sorted(COUNTS)


_WAYS = 9


class PlantedTarget:
    """Does, by the number of the input, what a program must never do."""

    def prepare(self, folder: Path) -> None:
        self._done = 0

    def attempt(self, random: Random, folder: Path) -> None:
        way = random.randrange(_WAYS)
        if way == 0:
            raise SourceError("'a.png' is damaged; save it anew")
        if way == 1:
            raise KeyError("width")
        if way == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        if way == 3:
            time.sleep(60)
        if way == 4:
            (folder / "kept.png").write_bytes(b"1")
            before = snapshot(folder)
            (folder / "kept.png").unlink()
            check_untouched(before, folder)
        if way == 5:
            raise SourceError("'NoneType' object is not subscriptable")
        if way == 7:
            time.sleep(1.5)
        if way == 8:
            end = time.process_time() + 1.5
            while time.process_time() < end:
                pass


def number_of(way: int) -> int:
    return next(number for number in range(1000) if random_of(1, "planted", number).randrange(_WAYS) == way)


def run_planted(way: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, int], list[Finding]]:
    monkeypatch.setattr("tests.fuzz.harness._HANG_S", 4.0)
    tally = Runner("planted", PlantedTarget, seed=1, limit=1.0).run(1, first=number_of(way))
    return dict(tally.outcomes), tally.findings


@pytest.mark.parametrize(("way", "outcome"), [(0, "refused"), (6, "accepted"), (7, "accepted")])
def test_a_refusal_and_an_acceptance_are_counted(monkeypatch: pytest.MonkeyPatch, way: int, outcome: str) -> None:
    assert run_planted(way, monkeypatch) == ({outcome: 1}, [])


def test_an_input_that_waits_without_working_is_not_slow_and_the_output_says_so() -> None:
    tally = Runner("planted", PlantedTarget, seed=1, limit=1.0).run(1, first=number_of(7))
    assert (tally.findings, tally.waited) == ([], 1)
    assert "1 took more than 1 s by the clock and less of the processor, which is not slow" in str(tally)


@pytest.mark.parametrize(
    ("way", "kind", "detail"),
    [
        (1, "stack trace", "KeyError: 'width'"),
        (2, "crash", "the process ended with -11"),
        (4, "stack trace", "kept.png was lost"),
        (5, "stack trace", "a refusal in these words"),
        (8, "slow", "s of the processor, alone"),
    ],
)
def test_what_must_not_happen_is_found_with_the_number_that_repeats_it(
    monkeypatch: pytest.MonkeyPatch, way: int, kind: str, detail: str
) -> None:
    outcomes, (finding,) = run_planted(way, monkeypatch)
    assert (outcomes, finding.kind, finding.number) == ({kind: 1}, kind, number_of(way))
    assert detail in finding.detail


def test_a_hang_is_found_and_the_next_input_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.harness._STARTING_S", 8.0)
    outcomes, (finding,) = run_planted(3, monkeypatch)
    assert (outcomes, finding.kind) == ({"hang": 1}, "hang")


def test_the_same_seed_makes_the_same_input_and_another_one_another() -> None:
    one, same, other = (spoiled(bytes(range(256)), random_of(seed, "pictures", 5)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("change", ["lost", "changed"])
def test_a_file_that_is_lost_or_changed_is_noticed(tmp_path: Path, change: str) -> None:
    (tmp_path / "a").write_bytes(b"1")
    before = snapshot(tmp_path)
    (tmp_path / "a").unlink() if change == "lost" else (tmp_path / "a").write_bytes(b"2")
    with pytest.raises(BrokenPromiseError, match=f"the file a was {change}"):
        check_untouched(before, tmp_path)
