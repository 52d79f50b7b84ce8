"""The bytes that a receiver of webhooks gets, and their signature. Refuses to keep a number: it is read when it is sent."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hotline1022.accounts.second_factor import seal, unseal
from hotline1022.core.errors import NotFound
from hotline1022.db.unit import Database
from hotline1022.webhooks.types import Leased


def seal_secret(secret: bytes, webhook: str, key: str) -> bytes:
    """For the database: good for this webhook alone."""
    return seal(secret, f"webhook:{webhook}", key)


def unseal_secret(sealed: bytes, webhook: str, key: str) -> bytes | None:
    """The secret; None where the key is another one, as after a restore without it."""
    return unseal(sealed, f"webhook:{webhook}", key)


def body_of(id: str, kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The event as JSON."""
    event = {"id": id, "type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def event_of(database: Database, one: Leased) -> bytes:
    """The event of a delivery; a webhook that may know numbers gets the one that is there now, "" after it was erased."""
    delivery = one.delivery
    data = dict(delivery.data)
    if one.numbers:
        data["phone"] = await _phone(database, delivery.thing)
    return body_of(delivery.id, delivery.kind, delivery.at, data)


async def _phone(database: Database, thing: str) -> str:
    what, _, id = thing.partition(":")
    try:
        async with database.reading() as tx:
            if what == "ticket":
                return (await tx.tickets.get(id)).phone
            call = (await tx.calls.get(id)).call
            return call.caller_e164 or call.caller_raw
    except NotFound:
        return ""
