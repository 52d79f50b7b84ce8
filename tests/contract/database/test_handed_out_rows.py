"""Rows of hand-outs and links are held against the chain: what was changed, taken away or made up is named, and opens nothing."""

from datetime import timedelta
from hashlib import sha256

import pytest

from hotline1022.audit.disclosed import compare_hand_outs, compare_links, told_hand_outs, told_links
from hotline1022.audit.types import Entry, Fault, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure
from hotline1022.service.disclosure.links import DIFFERS_ALARM
from hotline1022.service.evidence.nightly import Nightly
from tests.contract.database.disclosure_house import plain_house
from tests.lab.disclosure_world import ADDRESS, ALLOWS, ASKS, NOW, House

__all__ = ["plain_house"]

TO, OTHER = "Trần Văn Bình, điều tra viên", "Lê Thị Cúc, cán bộ"
ADDED = (
    "INSERT INTO disclosure_hand_out (disclosure_id, received_by, handed_by, at, sha256) "
    "SELECT disclosure_id, 'Ai khác', handed_by, at, sha256 FROM disclosure_hand_out WHERE id = {first}"
)
OWN = "k" * 43
OWN_HASH = sha256(OWN.encode()).hexdigest()


def moment(house: House, seconds: int = 0) -> str:
    at = NOW + timedelta(seconds=seconds)
    return f"{int(at.timestamp()) * 1_000_000}" if house.world.database.dialect == "sqlite" else f"'{at.isoformat()}'"


async def handed_out(house: House) -> Disclosure:
    """To two people, an hour between them."""
    made = await house.packed()
    for hour, to in enumerate((TO, OTHER)):
        await house.desk.hand_out(made.id, to, ASKS, NOW + timedelta(hours=hour))
    return await house.desk.get(made.id)


async def named(house: House) -> list[tuple[Fault, str]]:
    return sorted((one.fault, one.name) for one in await house.world.findings())


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE disclosure_hand_out SET received_by = 'Ai khác' WHERE id = {first}", Fault.HAND_OUT_CHANGED),
        ("UPDATE disclosure_hand_out SET handed_by = 'cli:x' WHERE id = {first}", Fault.HAND_OUT_CHANGED),
        ("UPDATE disclosure_hand_out SET at = {later} WHERE id = {first}", Fault.HAND_OUT_CHANGED),
        ("UPDATE disclosure_hand_out SET sha256 = 'ab' WHERE id = {first}", Fault.HAND_OUT_CHANGED),
        ("DELETE FROM disclosure_hand_out WHERE id = {first}", Fault.HAND_OUT_DELETED),
        (
            ADDED,
            Fault.HAND_OUT_ADDED,
        ),
    ],
    ids=["to", "by", "at", "package", "deleted", "added"],
)
async def test_a_hand_out_that_is_not_what_the_chain_says_is_named(house: House, attack: str, fault: Fault) -> None:
    made = await handed_out(house)
    assert await named(house) == []
    first = "(SELECT min(id) FROM disclosure_hand_out)"
    await house.world.attack(attack.format(first=first, later=moment(house, 1)))
    assert await named(house) == [(fault, made.id)]
    night = Nightly(house.world.database, house.world.examiner(), house.world.bells, calls=1)
    assert [one.fault for one in (await night.look()).findings] == [fault], "the night sees it too"


async def test_two_hand_outs_that_exchanged_their_recipients_are_both_named(house: House) -> None:
    made = await handed_out(house)
    await house.world.attack(
        f"UPDATE disclosure_hand_out SET received_by = CASE received_by WHEN '{TO}' THEN '{OTHER}' ELSE '{TO}' END"
    )
    assert await named(house) == [(Fault.HAND_OUT_CHANGED, made.id)] * 2


@pytest.mark.parametrize(
    ("attack", "fault", "opens"),
    [
        ("UPDATE download_link SET key_sha256 = '{own}'", Fault.LINK_CHANGED, False),
        ("UPDATE download_link SET received_by = 'Ai khác'", Fault.LINK_CHANGED, False),
        ("UPDATE download_link SET expires_at = {late}", Fault.LINK_CHANGED, False),
        ("UPDATE download_link SET budget = budget * 100", Fault.LINK_CHANGED, False),
        ("UPDATE download_link SET made_by = 'cli:x'", Fault.LINK_CHANGED, False),
        ("UPDATE download_link SET ended_at = {late}", Fault.LINK_CHANGED, False),
        ("DELETE FROM download_link", Fault.LINK_DELETED, False),
        ("UPDATE download_link SET sent = 7", None, True),
    ],
    ids=["key", "to", "until", "budget", "by", "ended", "deleted", "used"],
)
async def test_a_link_that_is_not_what_the_chain_says_is_named_and_opens_nothing(
    house: House, attack: str, fault: Fault | None, opens: bool
) -> None:
    made = await house.packed()
    link = await house.links.make(made.id, TO, ALLOWS, NOW)
    key = link.address.removeprefix(ADDRESS)
    assert await house.links.find(key, NOW) is not None and await named(house) == []
    await house.world.attack(attack.format(own=OWN_HASH, late=moment(house, 86400 * 20)))
    assert await named(house) == ([(fault, link.link.id)] if fault else [])
    for one in (key, OWN):
        assert (await house.links.find(one, NOW) is not None) is (opens and one == key)


FORGED = (
    "INSERT INTO download_link (id, disclosure_id, key_sha256, received_by, made_by, made_at, expires_at, budget, sent) "
    "VALUES ('ffffffffffffffff', '{id}', '{own}', 'x', 'x', {now}, {late}, 100000000, 0)"
)


async def rung(house: House, kind: str) -> list[str]:
    async with house.world.database.reading() as tx:
        return [one.detail for one in await tx.alarms.list() if one.kind == kind]


async def test_a_forged_link_opens_nothing_and_rings(house: House) -> None:
    made = await handed_out(house)
    forged = FORGED.format(id=made.id, own=OWN_HASH, now=moment(house), late=moment(house, 86400))
    await house.world.attack(forged)
    assert await house.links.find(OWN, NOW) is None and await house.links.find(OWN, NOW) is None
    (text,) = await rung(house, DIFFERS_ALARM)
    assert "ffffffffffffffff" in text and made.id in text
    assert await named(house) == [(Fault.LINK_ADDED, "f" * 16)]


async def test_what_was_taken_back_stays_so_whatever_the_rows_say(house: House) -> None:
    made = await house.packed()
    link = await house.links.make(made.id, TO, ALLOWS, NOW)
    package = house.desk.path(await house.desk.get(made.id))
    whole = package.read_bytes()
    await house.desk.decide(made.id, Move.WITHDRAW, ALLOWS, NOW, "Nhầm cuộc gọi")
    assert await named(house) == []
    package.write_bytes(whole)
    await house.world.attack("UPDATE disclosure SET state = 'handed-out'", "UPDATE download_link SET ended_at = NULL")
    assert await house.links.find(link.address.removeprefix(ADDRESS), NOW) is None
    assert (Fault.LINK_CHANGED, link.link.id) in await named(house)
    with pytest.raises(HotlineError) as caught:
        await house.desk.hand_out(made.id, "Ai khác", ASKS, NOW)
    assert caught.value.error_id == "disclosure-not-allowed"


async def test_a_link_leads_to_no_other_package(house: House) -> None:
    made, other = await house.packed(), await house.packed()
    link = await house.links.make(made.id, TO, ALLOWS, NOW)
    await house.world.attack(
        f"UPDATE disclosure SET package = '{other.package}', sha256 = '{other.sha256}' WHERE id = '{made.id}'"
    )
    assert await house.links.find(link.address.removeprefix(ADDRESS), NOW) is None
    with pytest.raises(HotlineError) as caught:
        await house.desk.hand_out(made.id, "Ai khác", ASKS, NOW)
    assert caught.value.error_id == "disclosure-not-allowed"


async def test_values_that_no_program_writes_are_named_and_end_nothing(house: House) -> None:
    made = await handed_out(house)
    link = await house.links.make(made.id, TO, ALLOWS, NOW + timedelta(hours=2))
    if house.world.database.dialect == "postgresql":  # its types keep them out
        with pytest.raises(Exception, match="invalid input syntax"):
            await house.world.attack("UPDATE download_link SET expires_at = 'x'")
        return
    await house.world.attack(
        "UPDATE download_link SET expires_at = 'x', received_by = x'ff'", "UPDATE disclosure_hand_out SET at = 'x'"
    )
    assert await named(house) == [*[(Fault.HAND_OUT_CHANGED, made.id)] * 3, (Fault.LINK_CHANGED, link.link.id)]
    assert await house.links.find(link.address.removeprefix(ADDRESS), NOW) is None


async def test_entries_from_before_are_held_against_what_they_say(house: House) -> None:
    made = await house.packed()
    await house.links.make(made.id, TO, ALLOWS, NOW)
    async with house.world.database.reading() as tx:
        entries = [one for one in await tx.audit.about(f"disclosure:{made.id}")]
        outs, links = await tx.disclosures.every_hand_out(), await tx.disclosures.every_link()
    old = [_without_row(one) for one in entries]
    assert old != entries
    assert compare_hand_outs(told_hand_outs(old), outs) == [] and compare_links(told_links(old), links) == []
    assert [one.fault for one in compare_links(told_links(old), [])] == [Fault.LINK_DELETED]
    spoilt = [one if one.kind != Kind.DISCLOSURE_LINKED else _with(one, []) for one in entries]
    found = compare_links(told_links(spoilt), links)
    assert [one.fault for one in found] == [Fault.LINK_DELETED, Fault.LINK_ADDED]
    assert found[0].name.startswith("entry-")


def _without_row(one: Entry) -> Entry:
    return _with(one, {name: value for name, value in one.told.items() if name != "row"})


def _with(one: Entry, detail: object) -> Entry:
    values = {name: getattr(one, name) for name in Entry.__dataclass_fields__}
    return Entry(**values | {"detail": detail})
