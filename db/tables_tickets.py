"""The tables of tickets/: tickets and their history. A change here needs a migration; a test compares the two."""
