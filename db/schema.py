"""All tables together, for migrations and their tests: importing this has imported every file of tables."""

from hotline1022.db import (
    tables_accounts,
    tables_audit,
    tables_cascade,
    tables_catalogue,
    tables_citizen,
    tables_copies,
    tables_directory,
    tables_disclosure,
    tables_drafts,
    tables_faq,
    tables_listening,
    tables_menu,
    tables_notify,
    tables_retention,
    tables_tickets,
    tables_wall,
    tables_webhooks,
)
from hotline1022.db.tables import metadata

__all__ = [
    "metadata",
    "tables_accounts",
    "tables_audit",
    "tables_cascade",
    "tables_catalogue",
    "tables_citizen",
    "tables_copies",
    "tables_directory",
    "tables_disclosure",
    "tables_drafts",
    "tables_faq",
    "tables_listening",
    "tables_menu",
    "tables_notify",
    "tables_retention",
    "tables_tickets",
    "tables_wall",
    "tables_webhooks",
]
