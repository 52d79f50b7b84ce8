"""A unit asks by letter, two people decide, it is handed out: by the desk, the API and the commands."""

import asyncio
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Fault
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.evidence.package import MANIFEST
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, Filter, State
from hotline1022.service.cli.main import main
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.web.disclosure_wire import Decision
from tests.contract.database.disclosure_house import house
from tests.lab.disclosure_world import ADDRESS, ALLOWS, ASKS, NOW, House
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CALL

__all__ = ["house"]


async def test_two_people_and_one_winner(house: House) -> None:
    asked = await house.desk.request(house.request(), ASKS, NOW)
    with pytest.raises(HotlineError) as own:
        await house.desk.decide(asked.id, Move.APPROVE, ASKS, NOW)
    assert own.value.error_id == "same-person"
    done = await asyncio.gather(
        *(house.desk.decide(asked.id, Move.APPROVE, f"token:p{n}", NOW) for n in range(4)), return_exceptions=True
    )
    winners = [one for one in done if isinstance(one, Disclosure)]
    assert len(winners) == 1
    assert {one.error_id for one in done if isinstance(one, HotlineError)} <= {"disclosure-state", "disclosure-changed"}
    kept = await house.desk.get(asked.id)
    assert (kept.state, kept.decided_by) == (State.APPROVED, winners[0].decided_by)
    async with house.world.database.reading() as tx:
        told = [one.kind for one in await tx.audit.about(f"disclosure:{asked.id}")]
    assert told == ["disclosure-requested", "disclosure-approved"]


async def test_handed_out_with_who_when_and_which_hash(house: House) -> None:
    made = await house.packed()
    for to in ("Trần Văn Bình, điều tra viên", "Lê Thị Cúc, cán bộ"):
        await house.desk.hand_out(made.id, to, ASKS, NOW + timedelta(hours=1))
    async with house.world.database.reading() as tx:
        outs = await tx.disclosures.hand_outs(made.id)
        told = [one.kind for one in await tx.audit.about(f"disclosure:{made.id}")]
        of_call = [one.detail for one in await tx.audit.about(f"call:{CALL}") if one.kind == "recording-handed-out"]
    assert [(one.received_by, one.sha256) for one in outs] == [
        ("Trần Văn Bình, điều tra viên", made.sha256),
        ("Lê Thị Cúc, cán bộ", made.sha256),
    ]
    assert told.count("disclosure-handed-out") == 2
    assert of_call == [{"disclosure": made.id, "package_sha256": made.sha256}] * 2
    assert await house.world.findings() == []


async def test_its_row_is_held_against_the_chain(house: House) -> None:
    made = await house.packed()
    await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
    other = await house.desk.request(house.request(), ASKS, NOW)

    async def named() -> list[str]:
        return [one.name for one in await house.world.findings() if one.fault is Fault.DISCLOSURE]

    assert await named() == []
    for attack, wrong in (
        (f"UPDATE disclosure SET state = 'approved' WHERE id = '{other.id}'", [other.id]),
        (f"UPDATE disclosure SET sha256 = '{'ab' * 32}' WHERE id = '{made.id}'", sorted([made.id, other.id])),
        (f"UPDATE disclosure SET id = '{'0' * 16}' WHERE id = '{other.id}'", ["0" * 16, made.id, other.id]),
    ):
        await house.world.attack(attack)
        assert await named() == wrong


@pytest.mark.parametrize(
    "more", [{"unit": ""}, {"why": " "}, {"letter": "x" * 501}, {"recordings": ()}, {"recordings": ("a", "a")}]
)
async def test_a_request_says_who_and_why(house: House, more: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        house.request(**more)


async def test_refusing_and_taking_back_need_words(house: House) -> None:
    made = await house.packed()
    for move in (Move.WITHDRAW, Move.REFUSE):
        with pytest.raises(Invalid):
            await house.desk.decide(made.id, move, ALLOWS, NOW, "  ")
    path = house.desk.path(made)
    assert (await house.desk.decide(made.id, Move.WITHDRAW, ASKS, NOW, "Nhầm cuộc gọi")).state is State.WITHDRAWN
    assert not path.exists()


async def test_the_same_by_the_api(house: House) -> None:
    view = DisclosuresView(house.world.database, house.desk, house.links)
    asked = await view.request(house.request(), (), ASKS, NOW)
    with pytest.raises(HotlineError) as own:
        await view.decide(asked.id, Decision.APPROVE, "", "", ASKS, NOW)
    assert own.value.error_id == "same-person"
    await view.decide(asked.id, Decision.APPROVE, "", "", ALLOWS, NOW)
    made = await view.pack(asked.id, ALLOWS, NOW)
    given = await view.hand_out(asked.id, "Trần Văn Bình", ALLOWS, NOW)
    assert [(one.received_by, one.sha256) for one in given.hand_outs] == [("Trần Văn Bình", made.sha256)]
    listed = await view.list(Filter(state=State.HANDED_OUT))
    assert listed.disclosures == (await view.get(asked.id),) and given.recordings != (CALL,)


async def test_the_commands(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_settings(
        monkeypatch,
        PATHS_DATA=tmp_path / "data",
        DATABASE_URL=house.world.address,
        AUDIT_SECOND_PLACE=house.world.place,
        RECORDINGS_KEYS=house.world.ring.folder or "",
    )

    async def say(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", *words])
        return done.exit_code, done.output

    given = [
        "--unit",
        "Công an tỉnh",
        "--letter",
        "12/CSĐT",
        "--date",
        "2026-11-24",
        "--person",
        "Bình",
        "--why",
        "Tin báo",
    ]
    code, said = await say("request", CALL, *given)
    assert code == 0, said
    id = said.split()[1]
    code, said = await say("approve", id)
    assert code == 1 and "same-person" in said
    await house.desk.decide(id, Move.APPROVE, ALLOWS, NOW)
    code, said = await say("pack", id)
    assert code == 0, said
    with zipfile.ZipFile(said.splitlines()[0]) as archive:
        assert MANIFEST in archive.namelist()
    code, said = await say("hand-out", id, "--to", "Trần Văn Bình, điều tra viên")
    assert code == 0 and "fingerprint of the key" in said, said
    code, said = await say("list", "--state", "handed-out")
    assert code == 0 and id in said
    code, said = await say("disclosure", id)
    assert json.loads(said)["hand_outs"][0]["received_by"] == "Trần Văn Bình, điều tra viên"

    # only a part, and a link; what cannot be typed is told
    for wrong, word in ((("--part", "0:01-0:02"), "excerpt-range"), (("--part", "0:01..0:00.5"), "excerpt-reversed")):
        code, said = await say("request", CALL, *given, *wrong)
        assert code == 1 and word in said, said
    code, said = await say("request", CALL, *given, "--bleep", f"{CALL}=0:00.1..0:00.2", "--bleep", "0:00.3..0:00.4")
    assert code == 0, said
    id = said.split()[1]
    code, said = await say("change", id, "--part", "..0:00.5", "--bleep", "0:00.1..0:00.2")
    assert code == 0 and "in its form 2" in said, said
    terms = said.split()[-1]
    code, said = await say("disclosure", id)
    shown = json.loads(said)
    assert shown["terms"].startswith(terms)
    (out,) = shown["goes_out"].values()
    assert (out["start_ms"], out["end_ms"], len(out["bleeps"])) == (0, 500, 1)
    await house.desk.decide(id, Move.APPROVE, ALLOWS, NOW, terms=terms)
    code, said = await say("pack", id)
    assert code == 0 and "-trich-doan.zip" in said, said
    code, said = await say("link", id, "--to", "Bình")
    assert code == 1 and "link-address-missing" in said
    monkeypatch.setenv("HOTLINE1022_DISCLOSURE_LINK_ADDRESS", ADDRESS)
    code, said = await say("link", id, "--to", "Bình")
    assert code == 0 and said.startswith(ADDRESS), said
