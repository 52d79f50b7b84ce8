"""Work that is gone at a given line, as by kill -9 or a power cut: in another process, without any clean-up."""

import os
import sys
import threading
from collections.abc import Callable, Collection
from types import FrameType

#: exit code of work that was cut off
KILLED = 9


def at_each_line(
    work: Callable[[], object], watched: Collection[str], do: Callable[[int], None], *, once: bool = False
) -> int:
    """Do the work and call `do` with the number of each line of the files `watched` before it runs, also in threads that
    begin meanwhile; how many there were. `once`: a line that runs again does not count.
    """
    line = 0
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal line
        if frame.f_code.co_filename not in watched:
            return None
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and not (once and place in seen):
            seen.add(place)
            do(line)
            line += 1
        return trace

    before = sys.gettrace()
    threading.settrace(trace)  # type: ignore[arg-type]
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        work()
    finally:
        sys.settrace(before)
        threading.settrace(None)
    return line


def run_until(work: Callable[[], object], watched: Collection[str], line: int) -> int:
    """Do the work until its `line`-th line in the files `watched`; returns its exit code: 0 when it was done before that."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def end_at(now: int) -> None:
        if now >= line:
            os._exit(KILLED)

    try:
        at_each_line(work, watched, end_at)
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 -- the child says what it was and is gone
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(1)
