"""Work on a disk that may hang, such as a share of another machine: in threads of its own, so that nothing else waits for them,
not even the service's end. Refuses more in one place while so many hang there; other places do not suffer.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from hotline1022.core.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
#: threads in one place; who comes later waits for one
MOST = 8
#: seconds that opening a file, a look at it, or one piece of it may take; and a whole one
SECONDS, WHOLE_SECONDS = 10.0, 300.0
#: where each is, and from when on it hangs
_threads: dict[threading.Thread, tuple[str, float]] = {}
_slots: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]]" = WeakKeyDictionary()


async def apart(place: Path, seconds: float, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The job's result or exception; `place`: the folder that it works in. TimeoutError when it takes longer, with the waiting for
    a thread, and at once when all threads of the place hang: what was begun goes on then.
    """
    for ended in [one for one in _threads if not one.is_alive()]:
        del _threads[ended]
    now = time.monotonic()
    if sum(where == str(place) and until <= now for where, until in _threads.values()) >= MOST:
        raise TimeoutError
    loop = asyncio.get_running_loop()
    slot = _slots.setdefault(loop, {}).setdefault(str(place), asyncio.Semaphore(MOST))
    async with asyncio.timeout(seconds):
        await slot.acquire()
        done: asyncio.Future[R] = loop.create_future()

        def tell(result: R | None, error: BaseException | None) -> None:
            slot.release()
            if done.done():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result, error = None, None
            try:
                result = job(*args, **kwargs)
            except BaseException as raised:  # noqa: BLE001 -- whatever it is, it is the caller's
                error = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, result, error)

        thread = threading.Thread(target=work, daemon=True, name="apart")
        _threads[thread] = (str(place), time.monotonic() + seconds)
        thread.start()
        return await done


async def on_disk(place: Path, seconds: float, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same of a folder of ours. Unavailable `recordings-disk-hangs` in place of TimeoutError."""
    try:
        return await apart(place, seconds, job, *args, **kwargs)
    except TimeoutError as error:
        text = f"the disk of {place.name} does not answer; see that it is mounted and its machine there (hotline1022 doctor)"
        raise Unavailable(text, error_id="recordings-disk-hangs") from error
