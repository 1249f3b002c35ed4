"""What `livecam-train round` says when it is interrupted."""

from __future__ import annotations

from pathlib import Path

from training.cli.retraining import left_in_words


def test_of_an_interrupted_round_it_is_told_how_it_goes_on(tmp_path: Path) -> None:
    round_ = tmp_path / "my store" / "rounds" / "003"
    round_.mkdir(parents=True)
    (round_ / "plan.json").write_text("{}")

    assert left_in_words(tmp_path / "my store") == (
        "livecam-train: round 3 was interrupted; the model in use stays, and "
        f"livecam-train round '{tmp_path}/my store' goes on with it"
    )


def test_without_a_round_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    assert left_in_words(tmp_path) == "livecam-train: interrupted; no round is left unfinished"
