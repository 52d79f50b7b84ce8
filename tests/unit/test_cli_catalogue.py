"""`hotline1022 recordings search|show|verify|rebuild-catalogue` on a data folder with one call of six tracks."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.errors import Invalid
from hotline1022.service.cli.catalogue import length_ms, moment
from hotline1022.service.cli.main import main
from tests.unit.recordings_world import CALL
from tests.unit.test_cli_recordings import data

__all__ = ["data"]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["recordings", *words])


def found(*words: str) -> list[str]:
    done = run("search", "--json", *words)
    assert done.exit_code == 0, done.output
    return [one["call"] for one in json.loads(done.stdout)["recordings"]]


def state() -> str:
    (one,) = json.loads(run("search", "--json").stdout)["recordings"]
    return str(one["state"])


def test_search_and_show(data: Path) -> None:
    assert found() == found("--since", "2026-11-24", "--until", "2026-11-24") == [CALL]
    assert found("--until", "2026-11-23") == found("--since", "2026-11-24 23:00") == []
    assert found("--state", "stored", "--kind", "ordinary", "--longer", "1", "--shorter", "9:00:00") == [CALL]
    assert found("--words", "đèn") == found("--state", "held") == []
    line = run("search").output
    identifier = line.split()[0]
    assert " stored  ordinary " in line and len(identifier) == 16
    shown = run("show", identifier)
    assert shown.exit_code == 0 and shown.output == run("show", CALL).output
    assert shown.output.count("bytes  stored") == 6
    detail = json.loads(run("show", "--json", CALL).stdout)
    assert len(detail["tracks"]) == 6 and all(len(track["sha256"]) == 64 for track in detail["tracks"])


def test_a_check_moves_the_state_there_and_back_and_the_audit_has_it(data: Path) -> None:
    assert state() == "stored"
    assert run("verify").exit_code == 0 and state() == "verified"
    victim = next((data / "recordings").rglob("*-r.wav"))
    body = victim.read_bytes()
    victim.write_bytes(bytes([body[0] ^ 1]) + body[1:])
    assert run("verify").exit_code == 1 and state() == "damaged"
    shown = run("show", CALL).output
    assert "recording-damaged" in shown
    victim.unlink()
    assert run("verify").exit_code == 1 and state() == "damaged"
    assert run("show", CALL).output.count("recording-damaged") == 1
    victim.write_bytes(body)
    assert run("verify").exit_code == 0 and state() == "verified"


def test_rebuild(data: Path) -> None:
    before = run("search").output
    done = run("rebuild-catalogue")
    assert done.exit_code == 0 and done.output.endswith("The catalogue has the rows of 0 calls again.\n")
    assert run("search").output == before


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", "ffff"), "recording-unknown"),
        (("search", "--number", "12"), "number-short"),
        (("search", "--since", "24.11.2026"), "day-invalid"),
        (("search", "--until", "2026-11-24 25:00"), "day-invalid"),
        (("search", "--longer", "1h"), "length-invalid"),
    ],
)
def test_what_is_refused(data: Path, words: tuple[str, ...], error: str) -> None:
    done = run(*words)
    assert done.exit_code == 1 and done.output.rstrip().endswith(f"[{error}]")


def test_moments_and_lengths() -> None:
    assert moment("2026-11-24") == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert moment("2026-11-24", end=True) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert moment("2026-11-24T08:30", end=True) == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert [length_ms(text) for text in (None, "90", "1:30", "1:02:03")] == [None, 90_000, 90_000, 3_723_000]
    with pytest.raises(Invalid):
        length_ms("1:3")
