"""The tables of notify/: the outbox of messages. A change here needs a migration; a test compares the two."""
