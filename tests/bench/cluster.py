"""A PostgreSQL of its own for a measurement. Keeps nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.lab.postgres import TemporaryPostgres


@asynccontextmanager
async def cluster() -> AsyncIterator[str]:
    """The address of an empty database."""
    running = TemporaryPostgres()
    try:
        running.create()
        running.start()
        yield await running.make("bench")
    finally:
        running.stop()
        running.remove()
