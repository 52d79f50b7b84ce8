"""Work on a disk that may hang, such as a share of another machine: in threads of its own, so that nothing else waits for them,
not even the service's end. Refuses more in one place while several hang there; other places do not suffer.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
#: so many may hang in one place
MOST = 3
#: and where each is
_threads: dict[threading.Thread, str] = {}


async def apart(place: Path, seconds: float, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The job's result or exception; `place`: the folder that it works in. TimeoutError when it takes longer, or when so many
    others there do already: it goes on then.
    """
    for ended in [one for one in _threads if not one.is_alive()]:
        del _threads[ended]
    if sum(one == str(place) for one in _threads.values()) >= MOST:
        raise TimeoutError
    loop = asyncio.get_running_loop()
    done: asyncio.Future[R] = loop.create_future()

    def tell(result: R | None, error: BaseException | None) -> None:
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
    _threads[thread] = str(place)
    thread.start()
    async with asyncio.timeout(seconds):
        return await done
