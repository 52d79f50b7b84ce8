"""The evidence as a whole over HTTP: who may, what reaches the house, what comes back."""

from datetime import date
from pathlib import Path

from tests.unit.catalogue_memory import FIRST
from tests.unit.evidence_memory import ENTRY, MemoryEvidence
from tests.unit.web_memory import open_house


async def test_an_auditor_looks_begins_and_stops(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, now = await house.ask("GET", "/api/evidence", "listen")
        assert (status, now["seq"], now["stamp"]["method"], now["verification"]) == (200, 7, "ed25519", None)
        assert now["nightly"]["kind"] == "recording-stored"
        given = {"since": "2026-11-24"}
        status, begun = await house.ask("POST", "/api/evidence/verification", "listen", json=given)
        assert (status, begun["state"], begun["since"]) == (202, "running", "2026-11-24")
        again = await house.ask("POST", "/api/evidence/verification", "listen", json={})
        assert (again[0], again[1]["error_id"]) == (409, "verification-running")
        assert (await house.ask("GET", "/api/evidence", "listen"))[1]["verification"]["done"] == 3
        status, ended = await house.ask("POST", "/api/evidence/verification/stop", "listen")
        assert (status, ended["state"]) == (200, "stopped")
        none = await house.ask("POST", "/api/evidence/verification/stop", "listen")
        assert (none[0], none[1]["error_id"]) == (409, "verification-none")
        assert isinstance(house.ports.evidence, MemoryEvidence)
        assert house.ports.evidence.asked == [("verify", date(2026, 11, 24))]


async def test_entries_about_one_thing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        path = f"/api/evidence/entries?subject=call:{FIRST.call}&limit=5"
        status, found = await house.ask("GET", path, "listen")
        assert (status, [one["subject"] for one in found["entries"]]) == (200, [f"call:{FIRST.call}"])
        (one,) = found["entries"]
        assert one["detail"] == ENTRY.detail, "a hash in which digits are masked is no hash"
        assert (one["prev"], one["written_at"]) == (ENTRY.prev, ENTRY.written_at)
        for wrong in ("", "?subject=", "?subject=chain&limit=0", "?subject=chain&limit=1001"):
            assert (await house.ask("GET", f"/api/evidence/entries{wrong}", "listen"))[0] == 400


async def test_the_key_a_stamp_and_one_recording(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert (await house.ask("GET", "/api/evidence/key", "listen"))[1]["sha256"] == "b" * 64
        status, made = await house.ask("POST", "/api/evidence/stamp", "admin")
        assert (status, made["seq"]) == (201, 7)
        assert (await house.ask("POST", "/api/evidence/stamp", "listen"))[0] == 403
        status, found = await house.ask("POST", f"/api/recordings/{FIRST.id}/verify", "listen")
        assert (status, found["wrong"], found["findings"][0]["fault"]) == (200, 1, "file-changed")
        assert (await house.ask("POST", f"/api/recordings/{'e' * 16}/verify", "listen"))[0] == 404
