"""Work on a disk that may hang, such as a share of another machine: in threads of its own, so that nothing else waits for them,
not even the service's end. Refuses more while several hang.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
#: so many may hang
MOST = 3
_threads: set[threading.Thread] = set()


async def apart(seconds: float, job: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The job's result or exception. TimeoutError when it takes longer, or when so many others do already: it goes on then."""
    _threads.difference_update([one for one in _threads if not one.is_alive()])
    if len(_threads) >= MOST:
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
    _threads.add(thread)
    thread.start()
    async with asyncio.timeout(seconds):
        return await done
