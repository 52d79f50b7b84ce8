"""What was not recorded is found by a key too, so that a search for it of one category needs not look at every month.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = "x:not-recorded"
_POSTGRESQL = f"""
INSERT INTO catalogue_word (place, keys)
SELECT place, ARRAY[to_char(timezone('UTC', started_at), 'YYMM') || '{_KEY}'] FROM catalogue WHERE state = 'not-recorded'
ON CONFLICT (place) DO UPDATE SET keys = catalogue_word.keys || excluded.keys
WHERE NOT catalogue_word.keys @> excluded.keys
"""
_SQLITE = f"""
INSERT INTO catalogue_word (place, keys)
SELECT place, ' {_KEY} ' FROM catalogue WHERE state = 'not-recorded'
ON CONFLICT (place) DO UPDATE SET keys = catalogue_word.keys || '{_KEY} '
WHERE instr(catalogue_word.keys, ' {_KEY} ') = 0
"""


def upgrade() -> None:
    """Nothing is taken away: an older program leaves such a key alone."""
    op.execute(_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE)
