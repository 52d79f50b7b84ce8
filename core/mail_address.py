"""What an address of email looks like. Refuses nothing: whoever asks says what is wrong."""

import re

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def is_mail_address(text: str) -> bool:
    """Whether `ten@coquan.gov.vn` is one."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None
