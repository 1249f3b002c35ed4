"""How sinks of tracking data are named, and what is said of a name that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.core.errors import SinkError
from livecam.live.sinks.factory import check_not_source, files, is_realtime, requested_sinks
from livecam.live.sinks.tracking.addresses import TrackingAddress, tracking_address
from livecam.settings import OutputSettings
from livecam.settings_file import load


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("jsonl:a.jsonl", TrackingAddress(place="a.jsonl")),
        ("jsonl:-", TrackingAddress(place="-")),
        ("osc://127.0.0.1:39539", TrackingAddress(host="127.0.0.1", port=39539)),
        ("OSC://[::1]:9000", TrackingAddress(host="::1", port=9000)),
        ("out.mp4", None),
        ("window", None),
    ],
)
def test_a_name_is_understood(name: str, address: TrackingAddress | None) -> None:
    assert tracking_address(name) == address


@pytest.mark.parametrize(
    "name",
    ["jsonl:", "osc:", "osc://", "osc://here", "osc://:9000", "osc://h:0", "osc://h:x", "osc://h:99999", "osc://[::1",
     "osc://h:9000/vmc", "osc://u@h:9000", "osc:h:9000"],
)  # fmt: skip
def test_a_name_that_is_none_says_what_would_be_right(name: str) -> None:
    with pytest.raises(SinkError, match=r"write (jsonl:FILE|osc://HOST:PORT)"):
        requested_sinks(OutputSettings(sinks=(name,)))


def test_an_unknown_sink_is_told_of_those_for_tracking_data() -> None:
    with pytest.raises(SinkError, match=r"there is no sink 'udp://h:1'.*jsonl:FILE, jsonl:- .*osc://HOST:PORT"):
        requested_sinks(OutputSettings(sinks=("udp://h:1",)))


def test_lines_never_replace_what_is_read_or_written_besides() -> None:
    assert files(["jsonl:-", "null", "jsonl:/dev/null", "jsonl:a.jsonl", "b.mp4"]) == [Path("a.jsonl"), Path("b.mp4")]
    with pytest.raises(SinkError, match="it is the source"):
        check_not_source("clip.mp4", files(["jsonl:clip.mp4"]))


def test_whoever_listens_gets_the_demo_at_its_own_speed() -> None:
    assert [is_realtime([name]) for name in ("osc://h:1", "jsonl:-", "null")] == [True, False, False]


def test_the_file_of_a_settings_file_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "livecam.toml"
    file.write_text('[output]\nsinks = ["jsonl:a.jsonl", "jsonl:-", "osc://h:1"]\n')
    assert load(file, {}).output.sinks == (f"jsonl:{tmp_path / 'a.jsonl'}", "jsonl:-", "osc://h:1")
