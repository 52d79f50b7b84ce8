"""What every command shares: the settings option, errors as one line, the log."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from hotline1022.core.clock import local
from hotline1022.core.errors import HotlineError
from hotline1022.service.asked import Stopped
from hotline1022.service.settings.config import load
from hotline1022.service.settings.language import use_language
from hotline1022.service.settings.tree import Settings

P = ParamSpec("P")
R = TypeVar("R")

CONFIG = click.option(
    "--config",
    "config",
    type=click.Path(dir_okay=False),
    default=None,
    help="Settings file (TOML). Without it: the defaults, and HOTLINE1022_* variables.",
)


def speaking(function: Callable[P, R]) -> Callable[P, R]:
    """An expected error becomes one line on stderr and exit code 1."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except HotlineError as error:
            click.echo(f"hotline1022: {error} [{error.error_id}]", err=True)
            sys.exit(1)
        except BaseExceptionGroup as group:
            expected, rest = group.split(HotlineError)
            if expected is None or rest is not None:
                raise
            for leaf in _leaves(expected):
                click.echo(f"hotline1022: {leaf}", err=True)
            sys.exit(1)

    return wrapped


def _leaves(group: BaseExceptionGroup[HotlineError]) -> list[BaseException]:
    return [
        leaf for one in group.exceptions for leaf in (_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    ]


def finished(work: Coroutine[Any, Any, R]) -> R:
    """Run to the end; a signal is an ordinary way to stop."""
    try:
        return asyncio.run(work)
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def settings_of(config: str | None, **overrides: str | None) -> Settings:
    """The settings, with command-line values in place of variables; what is said from now on is said in their language."""
    values = {key: value for key, value in overrides.items() if value}
    os.environ.update(values)  # the service, a child, must see the same
    settings = load(config, os.environ)
    use_language(settings.desk)
    return settings


class _ProvinceClock(logging.Formatter):
    """The province's time, whatever the server's zone: the same as in the log of calls."""

    def converter(self, seconds: float | None) -> time.struct_time:
        """The moment on the province's clock."""
        return local(datetime.fromtimestamp(seconds or 0, UTC)).timetuple()


def set_up_log(level: str) -> None:
    """One line an entry on stderr, with milliseconds."""
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(_ProvinceClock("%(asctime)s.%(msecs)03d %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[to_stderr])
    for noisy in ("alembic", "hotline1022.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
