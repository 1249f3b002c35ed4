"""What of a library's own words reaches the person."""

from __future__ import annotations

import os

import pytest

from livecam.core.runtime import silence_native_logs


def test_the_usual_words_of_a_start_are_withheld(capfd: pytest.CaptureFixture[str]) -> None:
    with silence_native_logs():
        os.write(2, b"W0000 00:00:1.2 4 inference_feedback_manager.cc:114] Feedback manager requires\n")
    assert capfd.readouterr().err == ""


def test_anything_else_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with silence_native_logs():
        os.write(2, b"E0000 model.cc:7] out of memory\n")
    assert capfd.readouterr().err == "E0000 model.cc:7] out of memory\n"


def test_an_error_does_not_keep_the_words_back(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with silence_native_logs():
            os.write(2, b"why it failed\n")
            raise MemoryError

    with pytest.raises(MemoryError):
        fail()
    assert capfd.readouterr().err == "why it failed\n"
