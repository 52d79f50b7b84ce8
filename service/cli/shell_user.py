"""Who gives a command: the user that the operating system knows. Refuses to believe $LOGNAME and $USER, which anybody may set."""

import os
import pwd


def shell_user() -> str:
    """The name of the process's user; its number where it has no name."""
    user = os.getuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def shell_actor() -> str:
    """The same as the audit writes it: `cli:USER`."""
    return f"cli:{shell_user()}"
