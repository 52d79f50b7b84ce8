"""One point of the doctor: the keys of sealed recordings are there, readable, and not in the data. Shows no key."""

import asyncio

from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.settings.tree import Settings


async def keys(settings: Settings) -> str:
    """Where the keys are and whether new recordings are sealed."""
    return await asyncio.to_thread(_keys, settings)


def _keys(settings: Settings) -> str:
    ring = keys_of(settings)
    if ring.folder is None:
        return "recordings are not sealed: who has the disk can hear them (recordings.seal)"
    found = ring.all()
    if not ring.seal:
        return f"recordings: {len(found)} keys in {ring.folder}; new ones are not sealed"
    return f"recordings are sealed with key {ring.newest().id}, one of {len(found)} in {ring.folder}"
