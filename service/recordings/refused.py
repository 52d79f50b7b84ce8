"""What whoever asks for something damaged is told. Refuses to name a path, or more than they need."""

from collections.abc import Sequence

from hotline1022.audit.types import Fault, Finding
from hotline1022.core.errors import HotlineError, Refused, Unavailable


def refused(found: Sequence[Finding]) -> HotlineError:
    """The error that says so. A key that is away is no damage."""
    if all(one.fault is Fault.KEY_MISSING for one in found):
        text = "the recording is sealed with a key that is not here; have it put back into recordings.keys"
        return Unavailable(text, error_id="recording-key-missing")
    what = ", ".join(sorted({one.fault.value for one in found}))
    text = f"the recording is not what was stored ({what}) and is not given out; tell whoever looks after the evidence"
    return Refused(text, error_id="recording-damaged")
