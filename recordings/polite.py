"""Long work steps aside for telephones: its process asks for the processor last. Refuses to be polite for others: only this process is.

Two settings of the kernel say so. Where Linux groups processes by session (`sched_autogroup_enabled`, usual outside of systemd's
weights), `nice` weighs only inside a session, and a process that has one of its own would take as much as all of Asterisk.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

#: how much more polite than the service long work is
NICE = 10
#: of this process's session; there is none where the kernel does not group, and one of a shell is not ours to change
_GROUP = Path("/proc/self/autogroup")
#: the kernel takes one change in a tenth of a second from all who are not root
_TRIES, _PAUSE = 20, 0.1


def be_polite(by: int = NICE) -> None:
    """From here on, this process and those that it starts; `by` in steps of `nice`, 0 to 19."""
    os.nice(by)
    if os.getsid(0) == os.getpid():
        for _ in range(_TRIES):
            try:
                _GROUP.write_text(str(by))
            except BlockingIOError:  # somebody else's was changed a moment ago: who is not root waits
                time.sleep(_PAUSE)
            except OSError:
                return
            else:
                return


def be_polite_apart() -> None:
    """The same in a session of its own: the one that it is in belongs to what must be quick."""
    if os.nice(0) <= 0:  # the worker of polite work is in a session that is polite, and ends with it
        with suppress(PermissionError):  # it leads a group already: then it was started apart
            os.setsid()
    be_polite()
