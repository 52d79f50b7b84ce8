"""After a merger over both databases: API tokens of the new agency's people reach what its links reach, and nothing else."""

from hotline1022.core.clock import local_day
from hotline1022.tickets.types import Action, State, Ticket
from tests.contract.database.mergers import NEW, NEWEST, OLD, ends_into, merged, with_agency
from tests.contract.database.officer_world import World, world

__all__ = ["world"]

A = Action


async def listed(world: World, secret: str, query: str = "") -> tuple[int, set[str]]:
    status, told = await world.ask("GET", f"/api/tickets{query}", secret)
    return status, {one["id"] for one in told.get("tickets", ())}


async def with_file(world: World, ticket: Ticket, secret: str) -> str:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "text/plain"}
    path = f"/api/tickets/{ticket.id}/attachments?name=a.txt"
    async with world.client.post(path, data=b"a file", headers=headers) as response:
        assert response.status == 201, await response.text()
        return str((await response.json())["id"])


async def reaches(world: World, secret: str, contact: str, ticket: Ticket) -> bool:
    """Whether the contact point has the ticket: by its token in each way, and by its link, alike."""
    async with world.database.reading() as tx:
        (file,) = await tx.tickets.attachments(ticket.id)
    path = f"/api/tickets/{ticket.id}"
    statuses = {(await world.ask("GET", one, secret))[0] for one in (path, f"{path}/history")}
    headers = {"Authorization": f"Bearer {secret}"}
    async with world.client.get(f"{path}/attachments/{file.id}", headers=headers) as response:
        statuses.add(response.status)
    page = await world.get(world.link(ticket, contact))
    by_link = page.status == 200 and ticket.content in page.text
    assert statuses == ({200} if by_link else {404})
    assert (ticket.id in (await listed(world, secret))[1]) == by_link
    return by_link


async def test_the_new_agencys_tokens_have_what_its_links_have(world: World) -> None:
    agents = await world.token("agent", name="1022")
    old, other = await world.ticket(), await world.ticket(agency="so-y-te")
    for one in (old, other):
        await with_file(world, one, agents)
    await world.directory.change(with_agency(), "lan")
    secret = await world.token("agent", contact=f"{NEW}-cv")
    assert not await reaches(world, secret, f"{NEW}-cv", old), "not yet"
    assert (await listed(world, secret, f"?agency={OLD}"))[0] == 403
    await world.directory.change(ends_into(OLD, NEW, local_day(world.now)), "lan")
    assert await reaches(world, secret, f"{NEW}-cv", old)
    assert not await reaches(world, secret, f"{NEW}-cv", other)
    own = await world.ticket(agency="", agency_name="")
    assert own.agency == NEW
    for query, found in (("", {old.id, own.id}), (f"?agency={OLD}", {old.id}), (f"?agency={NEW}", {own.id})):
        assert await listed(world, secret, query) == (200, found), query
    assert (await listed(world, secret, "?agency=so-y-te"))[0] == 403
    before = await world.stored(old)
    await with_file(world, old, secret)
    body = {"version": before.version + 1}
    status, told = await world.ask("POST", f"/api/tickets/{old.id}/accept", secret, json=body)
    assert (status, told["owner"], told["agency"], told["agency_name"]) == (200, f"{NEW}-cv", OLD, "Sở Xây dựng")
    stranger = {"version": told["version"], "owner": f"{OLD}-ld"}
    status, told = await world.ask("POST", f"/api/tickets/{old.id}/pass-to-leader", secret, json=stranger)
    assert (status, told["error_id"]) == (400, "owner-other"), "the old agency's people are nobody's any more"
    leader = {"version": before.version + 2, "owner": f"{NEW}-ld"}
    assert (await world.ask("POST", f"/api/tickets/{old.id}/pass-to-leader", secret, json=leader))[0] == 200
    assert (await world.stored(old)).state is State.WITH_LEADER
    answer = {"version": other.version + 1, "answer": "x"}
    assert (await world.ask("POST", f"/api/tickets/{other.id}/answer", secret, json=answer))[0] == 404


async def test_over_a_chain_of_mergers_only_the_last_one_has_it(world: World) -> None:
    old = await world.ticket()
    await with_file(world, old, await world.token("agent", name="1022"))
    today = local_day(world.now)
    await world.directory.change(merged(today), "lan")
    first = await world.token("agent", contact=f"{NEW}-cv", name="mới")
    assert await reaches(world, first, f"{NEW}-cv", old)
    await world.directory.change(merged(today, NEW, NEWEST), "lan")
    last = await world.token("agent", contact=f"{NEWEST}-ld", name="mới hơn")
    assert await reaches(world, last, f"{NEWEST}-ld", old)
    assert (await world.ask("GET", "/api/tickets", first))[0] == 401, "it ended with its agency"
    assert (await world.stored(old)).agency_name == "Sở Xây dựng"


async def test_a_split_is_no_merger(world: World) -> None:
    old = await world.ticket()
    await with_file(world, old, await world.token("agent", name="1022"))
    await world.directory.change(with_agency(), "lan")
    await world.directory.change(ends_into(OLD, None, local_day(world.now)), "lan")
    secret = await world.token("agent", contact=f"{NEW}-cv")
    assert not await reaches(world, secret, f"{NEW}-cv", old)
    assert await listed(world, secret) == (200, set())
    assert await world.outbox() == [], "nobody has its tickets, so nobody is told that he has"
