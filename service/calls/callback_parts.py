"""Calling citizens back put together from the service's parts. Refuses nothing itself."""

from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.service.calls.callbacks import CallBacks
from hotline1022.service.directory.desk import numbers_of

if TYPE_CHECKING:
    from hotline1022.service.app import App


def callbacks_of(app: "App") -> CallBacks:
    """Give its `saved` to the call log's stored batches, its `run` to the service's TaskGroup."""
    return CallBacks(
        database=app.database,
        agents=app.agents,
        actions=app.actions,
        call_log=app.call_log,
        own=lambda: numbers_of(app.settings).own,
        clock=utc_now,
    )
