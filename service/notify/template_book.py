"""What messages say at this moment: the texts of the file, and in place of some those that were written at the desk. Refuses a
version that is none for this release: the file's text goes on, and the log says so.
"""

import logging

from hotline1022.db.unit import Work
from hotline1022.notify.audience import NAMES
from hotline1022.notify.template_check import faults
from hotline1022.notify.templates import Templates, template_of

log = logging.getLogger(__name__)


async def in_force(tx: Work, files: Templates) -> Templates:
    """Read in the transaction that writes the message: whichever process published, the next message says it."""
    found = dict(files)
    for version in await tx.templates.newest():
        if version.from_file or version.name not in NAMES:
            continue
        if wrong := faults(version.name, version.wording):
            told = "version %d of template %s is none for this release, the file's text goes on: %s"
            log.warning(told, version.number, version.name, wrong[0].message)
            continue
        found[version.name] = template_of(version.name, version.wording)
    return found
