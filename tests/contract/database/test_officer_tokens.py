"""API tokens of contact points over both databases: they reach their agency's tickets alone, and end with the contact point."""

from collections.abc import Callable
from datetime import date, timedelta

from hotline1022.core.clock import local_day
from hotline1022.directory.edit import end
from hotline1022.directory.types import Directory, What
from hotline1022.service.directory.desk import change
from hotline1022.tickets.types import Action, Named, State
from hotline1022.web.auth import REMEMBER_SECONDS
from tests.contract.database.officer_world import LEADER, NAMES, PHONE, SPECIALIST, World, world
from tests.unit.permissions import permissions
from tests.unit.test_web_roles import BODIES

__all__ = ["world"]

A = Action


async def test_it_reaches_its_agencys_tickets_and_nothing_else(world: World) -> None:
    mine = await world.ticket()
    other = await world.ticket()
    await world.act(other, A.FORWARD, agency=Named(id="so-giao-thong-van-tai"))
    secret = await world.token("agent", contact=SPECIALIST)
    status, told = await world.ask("GET", "/api/tickets", secret)
    assert (status, [one["id"] for one in told["tickets"]]) == (200, [mine.id])
    assert (await world.ask("GET", "/api/tickets?agency=so-giao-thong-van-tai", secret))[0] == 403
    status, told = await world.ask("GET", f"/api/tickets/{mine.code}", secret)
    assert (status, told["ticket"]["phone"]) == (200, PHONE)
    assert set(told["allowed"]) == {"accept", "pass-to-leader", "return"}
    for path in ("", "/history", "/attachments/ffffffffffffffff"):
        status, told = await world.ask("GET", f"/api/tickets/{other.id}{path}", secret)
        assert (status, told["error_id"]) == (404, "ticket-unknown"), path
    accept = {"version": other.version + 1}
    assert (await world.ask("POST", f"/api/tickets/{other.id}/accept", secret, json=accept))[0] == 404
    status, _ = await world.ask("POST", f"/api/tickets/{mine.id}/accept", secret, json={"version": mine.version})
    assert (status, (await world.stored(mine)).state) == (200, State.ACCEPTED)
    for action in ("refuse", "reopen", "forward"):
        body = {"version": mine.version + 1, "why": "x", "answer": "x"}
        status, told = await world.ask("POST", f"/api/tickets/{mine.id}/{action}", secret, json=body)
        assert (status, told["error_id"]) == (403, "action-of-1022")
    closed = [way for way, (scope, officer) in permissions().items() if scope != "open" and not officer]
    assert len(closed) > 50
    for method, route in closed:
        path = route.replace("{call}", "hl1-1.1").replace("{", "").replace("}", "")
        body = {"json": BODIES.get(route, {})} if method == "POST" else {}
        status, told = await world.ask(method, path, secret, **body)
        assert (status, told["error_id"]) == (403, "token-of-contact"), (method, route)
    status, told = await world.ask("GET", "/api/health/ready", secret)
    assert status == 200 and not any(check["message"] for check in told["checks"])
    reader = await world.token("read", contact=SPECIALIST, name="chỉ xem")
    _, told = await world.ask("GET", f"/api/tickets/{mine.id}", reader)
    assert (told["ticket"]["phone"], told["ticket"]["name"]) == ("+8490****567", "")


async def test_whoever_accepts_has_it_and_an_agency_names_its_own_people_alone(world: World) -> None:
    ticket = await world.ticket()
    secret = await world.token("agent", contact=SPECIALIST, name="máy của sở")
    path = f"/api/tickets/{ticket.id}"
    for stranger in ("so-y-te-ld", "nobody"):
        body = {"version": ticket.version, "owner": stranger, "owner_name": "Ai đó"}
        for action in ("accept", "pass-to-leader"):
            status, told = await world.ask("POST", f"{path}/{action}", secret, json=body)
            assert (status, told["error_id"]) == (400, "owner-other"), (stranger, action)
    status, told = await world.ask("POST", f"{path}/accept", secret, json={"version": ticket.version})
    assert (status, told["owner"], told["owner_name"]) == (200, SPECIALIST, NAMES[SPECIALIST])
    body = {"version": told["version"], "owner": LEADER}
    status, told = await world.ask("POST", f"{path}/pass-to-leader", secret, json=body)
    assert (status, told["owner"], told["owner_name"]) == (200, LEADER, NAMES[LEADER])
    assert (await world.ask("POST", f"{path}/accept", secret, json={"version": told["version"]}))[1][
        "owner"
    ] == SPECIALIST


async def test_an_end_by_the_api_ends_everything_at_the_next_request(world: World) -> None:
    ticket = await world.ticket()
    secret, admin = await world.token("agent", contact=SPECIALIST), await world.token("admin", name="quản trị")
    leaders = await world.token("agent", contact=LEADER, name="lãnh đạo")
    link = world.link(ticket)
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 200 == (await world.get(link)).status
    assert SPECIALIST in {step.contact for step in world.directory.hunt(agency="so-xay-dung").steps}
    status, told = await world.ask("POST", f"/api/directory/contacts/{SPECIALIST}/end", admin, json={})
    assert (status, told["valid_to"]) == (200, local_day(world.now).isoformat())
    status, told = await world.ask("GET", "/api/tickets", secret)
    assert (status, told["error_id"]) == (401, "token-invalid")
    assert (await world.get(link)).status == 404
    assert (await world.press(link, "accept", ticket.version)).status == 404
    assert (await world.stored(ticket)).version == ticket.version
    assert SPECIALIST not in {step.contact for step in world.directory.hunt(agency="so-xay-dung").steps}
    assert (await world.ask("GET", "/api/tickets", leaders))[0] == 200
    async with world.database.reading() as tx:
        rows = {row.name: row for row in await tx.tokens.all()}
    ended = rows["máy"]
    assert ended.revoked_at == world.now
    assert ended.revoked_why == f"contact point {SPECIALIST} ended on {local_day(world.now)}"
    assert rows["quản trị"].revoked_at is None and rows["lãnh đạo"].revoked_at is None
    await world.directory.look()
    async with world.database.reading() as tx:
        assert {row.name: row for row in await tx.tokens.all()} == rows, "told twice, nothing changes"


async def test_a_last_day_written_by_the_api_ends_it_at_the_next_request(world: World) -> None:
    secret, admin = await world.token("agent", contact=SPECIALIST), await world.token("admin", name="quản trị")
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 200
    body = {"agency": "so-xay-dung", "role": "specialist", "name": NAMES[SPECIALIST], "mobile": "0900 000 019"}
    for valid_to, status in (("2026-11-26", 200), ("2026-11-25", 401)):
        path = f"/api/directory/contacts/{SPECIALIST}"
        assert (await world.ask("POST", path, admin, json=body | {"valid_to": valid_to}))[0] == 200
        assert (await world.ask("GET", "/api/tickets", secret))[0] == status, valid_to


async def test_an_end_that_another_process_writes_ends_it_at_once_too(world: World) -> None:
    secret = await world.token("agent", contact=SPECIALIST)
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 200
    today = local_day(world.now)
    await change(world.database, ends_on(today), "command line", world.now)
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 401, "nothing was looked at meanwhile"


async def test_an_end_to_come_falls_due_with_the_day(world: World) -> None:
    secret = await world.token("agent", contact=SPECIALIST)
    tomorrow = local_day(world.now) + timedelta(days=1)
    await world.directory.change(ends_on(tomorrow), "lan")
    world.now = world.now.replace(hour=23, minute=59, second=59)
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 200
    world.now += timedelta(seconds=1)
    assert (await world.ask("GET", "/api/tickets", secret))[0] == 401
    assert REMEMBER_SECONDS > 1, "it is not the memory that forgot it"
    async with world.database.reading() as tx:
        assert [row.revoked_at for row in await tx.tokens.all()] == [None]
    await world.directory.look()
    async with world.database.reading() as tx:
        assert [row.revoked_at for row in await tx.tokens.all()] == [world.now]


def ends_on(day: date) -> Callable[[Directory], Directory]:
    return lambda found: end(found, What.CONTACT, SPECIALIST, day)
