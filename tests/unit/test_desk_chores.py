"""What pages tell of long work: every finding of the services in words of the office, who may come, which routes ask for the password."""

from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.types import Permission
from hotline1022.recordings.verify import Verification
from hotline1022.service.backup.shelf import check_files
from hotline1022.service.evidence.file_findings import findings_of
from hotline1022.service.importing.run import DONE
from hotline1022.web.chores_wire import FilesView, ImportRow, ImportView
from hotline1022.web.desk import store_import
from hotline1022.web.desk.chores_said import SHOWN, finding, findings, work
from hotline1022.web.desk.store_routes import ROUTES
from hotline1022.web.page_words import words
from hotline1022.web.types import WorkState
from tests.unit.chores_memory import BEGUN

SAY = words()
PATH = "2026/11/24/hl1-1795470208.58-c.wav"


def test_every_finding_of_the_services_is_told_in_words_with_its_file(tmp_path: Path) -> None:
    fields = {"changed", "missing", "extra", "key_missing"}
    found = Verification(checked=4, **{name: [PATH] for name in fields})  # type: ignore[arg-type]
    told = [finding(f"{kind} {path}: {what}") for kind, path, what in findings_of(found)]
    assert [one["name"] for one in told] == [PATH] * 4
    assert len({one["what"] for one in told}) == 4
    (tmp_path / "a.wav").write_bytes(b"other")
    sums = {name: "0" * 64 for name in ("a.wav", "b.wav")}
    broken = check_files(tmp_path, sums, lambda _done, _work: None).broken
    told = [finding(f"broken {name}: {what}") for name, what in broken.items()]
    assert {one["name"] for one in told} == set(sums)
    assert {one["what"] for one in told} == {SAY("file-fault.changed"), SAY("file-fault.missing")}


@pytest.mark.parametrize(
    ("text", "what", "name"),
    [
        ("missing recordings/a.wav", "file-fault.missing", "recordings/a.wav"),
        ("rotten settings/studio/vi/chào mừng.wav", "file-fault.rotten", "settings/studio/vi/chào mừng.wav"),
        ("broken recordings/a.wav: cannot be read (Input/output error)", "file-fault.unreadable", "recordings/a.wav"),
        ("unchecked recordings/a.wav: its key is not here", "file-fault.unchecked", "recordings/a.wav"),
        ("unreadable a.wav: could not be read: Input/output error", "file-fault.unreadable", "a.wav"),
        ("a.wav: other bytes than were stored", "file-fault.changed", "a.wav"),
        ("a.wav: a row promises it, it is not there", "file-fault.missing", "a.wav"),
        (
            "a.wav: could not be read back as it was; is the disk sound?",
            "file-fault.not-read-back",
            "a.wav",
        ),
        ("a.wav: it was exchanged or deleted meanwhile; begin again", "file-fault.meanwhile", "a.wav"),
        (
            "a.wav: the key 0123 is not here; put it back [recording-key-missing]",
            "error.recording-key-missing",
            "a.wav",
        ),
        ("the backup is broken: manifest.json is not what was written; take another one", "error.backup-broken", ""),
    ],
)
def test_what_is_wrong_is_told_in_words(text: str, what: str, name: str) -> None:
    assert finding(text) == {"what": SAY(what), "name": name}


def test_findings_that_are_not_shown_are_counted() -> None:
    many = [f"missing {number}.wav" for number in range(1000)]
    told = findings(many, 1234)
    assert (len(told["rows"]), told["more"]) == (SHOWN, 1234 - SHOWN)
    assert findings(many[:3], 3)["more"] == 0


def test_every_outcome_of_a_row_has_words() -> None:
    plain = {"file-missing", "file-ambiguous", "file-outside", "file-twice", "time-unreadable", "no-file"}
    for outcome in DONE | plain | {"file-unreadable", "ffmpeg-missing", "ffmpeg-failed"}:
        assert f"import-outcome.{outcome}" in SAY.texts
    assert store_import._WELL == DONE
    rows = (ImportRow(line=2, file="a.wav", outcome="import-changed", call="", sha256="", note="it is being written"),)
    view = ImportView(**BEGUN, folder="2024", dry_run=True, rows=rows)
    assert store_import._outcome(view.rows[0].outcome) == SAY("error.import-changed")


@pytest.mark.parametrize("state", list(WorkState))
def test_each_state_is_told(state: WorkState) -> None:
    view = replace(FilesView(**BEGUN, since=None), state=state, error="code 1", error_id="files-verification-failed")
    told = work(view)
    assert told is not None and f"chore.state-{told['state']}" in SAY.texts
    assert told["error"] == SAY("error.files-verification-failed") and told["running"] == (state is WorkState.RUNNING)
    assert work(None) is None


def test_only_who_may_settle_comes_and_what_is_dear_asks_for_the_password() -> None:
    for route in ROUTES:
        assert route.desk is not None and route.desk.needs is Permission.SETTINGS and not route.desk.others
        assert route.desk.by_itself == route.path.endswith("/now")
    assert {route.path for route in ROUTES if route.confirms} == {
        "/desk/store/import", "/desk/store/keys", "/desk/store/reseal",
    }  # fmt: skip
    assert {one.id for one in first_roles() if Permission.SETTINGS in one.permissions} == {"admin"}
