"""A Chromium with its driver, to be killed: `python -m tests.lab.chromium_process FOLDER`. Tells when a page stands open in it."""

import asyncio
import sys
from pathlib import Path

from tests.lab.browser import windows
from tests.lab.chromium import Chromium, running_chromium


async def work(chromium: Chromium) -> None:
    """Until it is killed."""
    async with windows(chromium) as browser:
        await (await browser.tab()).open("data:text/html,<title>1022</title>")
        print("open", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with running_chromium(Path(sys.argv[1])) as running:
        asyncio.run(work(running))
