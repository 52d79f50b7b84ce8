"""Questions that need nothing of each other, asked beside each other. Refuses to hide an error in a group of errors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks that has ended outside; of what breaks inside the first error comes out by itself, and ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as broke:
        raise broke.exceptions[0] from None
