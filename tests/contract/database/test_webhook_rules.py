"""What a webhook may be: no address that leads into the house, no numbers by whom may not see them, no open secret."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused
from hotline1022.db.unit import Database
from hotline1022.webhooks.types import Wanted
from tests.contract.database.webhook_world import K, add, desk_of, ended, happen, receiver, signed
from tests.lab.webhook_process import sender


@pytest.mark.parametrize(
    ("url", "error_id"),
    [
        ("http://example.vn/x", "webhook-url-plain"),
        ("https://10.1.2.3/x", "webhook-address"),
        ("https://169.254.169.254/latest", "webhook-address"),
        ("https://[::ffff:10.0.0.1]/", "webhook-address"),
        ("https://[64:ff9b::a00:1]/", "webhook-address"),
        ("https://[64:ff9b:1::a00:1]/", "webhook-address"),
        ("https://[::ffff:0:10.0.0.1]/", "webhook-address"),
        ("https://[::10.0.0.1]/", "webhook-address"),
        ("https://[fec0::1]/", "webhook-address"),
        ("https://224.0.0.1/", "webhook-address"),
        ("https://127.1/", "webhook-address"),
        ("https://2130706433/", "webhook-address"),
        ("https://0x7f.1./", "webhook-address"),
        ("https://example.0x7f000001/", "webhook-address"),
        ("https://u:p@example.vn/", "webhook-url"),
        ("https://example.vn\\@10.0.0.1/", "webhook-url"),
        ("ftp://example.vn/", "webhook-url"),
        ("https:///x", "webhook-url"),
    ],
)
async def test_addresses_that_are_refused(database: Database, url: str, error_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        await add(database, url)
    assert refused.value.error_id == error_id


@pytest.mark.parametrize("host", ["localtest.example", "0x7f.1", "127.1"])
async def test_what_a_name_stands_for_is_looked_at_when_it_is_connected_to(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()

    async def found(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(loop, "getaddrinfo", found)
    assert (await sender().send(f"https://{host}/", {}, b"{}")).error_id == "webhook-address"


async def test_who_may_not_see_numbers_has_none_sent(database: Database) -> None:
    desk = desk_of(database)
    given = await add(database, "https://example.vn/", numbers=True)
    for asked in (
        desk.add(
            Wanted(name="x", url="https://example.vn/", kinds=frozenset(K), numbers=True), by="x", sees_numbers=False
        ),
        desk.change(given.webhook.id, 1, Wanted(url="https://evil.example/"), sees_numbers=False),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.error_id == "webhook-numbers"
    changed = await desk.change(given.webhook.id, 1, Wanted(numbers=False), sees_numbers=True)
    assert changed.version == 2 and not changed.numbers
    with pytest.raises(HotlineError) as late:
        await desk.change(given.webhook.id, 1, Wanted(name="y"), sees_numbers=True)
    assert late.value.error_id == "webhook-changed"


async def test_secrets_are_sealed_and_renewed_rows_go_in_time(database: Database) -> None:
    desk = desk_of(database)
    async with receiver() as there:
        given = await add(database, there.url)
        async with database.reading() as tx:
            kept = await tx.webhooks.secret(given.webhook.id)
        assert base64.b64decode(given.secret.removeprefix("whsec_")) not in kept
        other = await desk.renew(given.webhook.id)
        assert (await desk.test(given.webhook.id)).taken
        headers, body = there.got[0]
        assert signed(other.secret, headers, body) and not signed(given.secret, headers, body)
        await happen(database, ended(1))
        async with database.transaction() as tx:
            assert await tx.webhooks.forget(datetime.now(UTC) + timedelta(seconds=1)) == 1
        await desk.remove(given.webhook.id)
        with pytest.raises(NotFound):
            await desk.get(given.webhook.id)
