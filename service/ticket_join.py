"""Where the desk of tickets is put together, for the service and for the command line alike: what hangs on a change of a
ticket, such as messages, is hung up here.
"""

from collections.abc import Callable

from hotline1022.db.unit import Database
from hotline1022.ivr.model import MenuTree
from hotline1022.service.settings import Paths
from hotline1022.service.ticket_desk import TicketDesk
from hotline1022.service.ticket_names import MenuNames
from hotline1022.tickets.attachments import Shelf
from hotline1022.tickets.policy import load_policy


def desk_of(paths: Paths, database: Database, menu: Callable[[], MenuTree]) -> TicketDesk:
    """The desk; ConfigError `ticket-policy-invalid`."""
    return TicketDesk(database, load_policy(paths.ticket_policy), MenuNames(menu), Shelf(paths.attachments))
