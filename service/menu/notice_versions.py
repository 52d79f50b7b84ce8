"""Writes down which recording notice citizens hear from now on: at each start, and after a reload. Changes no sound."""

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.core.notice import NOTICES
from hotline1022.db.unit import Database
from hotline1022.ivr.prompt_jobs import SOUNDS


async def note_versions(database: Database, prompts: Path) -> int:
    """Hash the notices' sounds below the folder of prompts, and keep what is new; how many were."""
    found = await asyncio.to_thread(_hashes, prompts / SOUNDS)
    at, new = datetime.now(UTC), 0
    async with database.transaction() as tx:
        for prompt, version in found.items():
            new += await tx.notices.note(prompt, version, at)
    return new


def _hashes(sounds: Path) -> dict[str, str]:
    files = {prompt: sounds / f"{prompt}.wav" for prompt in NOTICES}
    return {prompt: hashlib.sha256(file.read_bytes()).hexdigest() for prompt, file in files.items() if file.is_file()}
