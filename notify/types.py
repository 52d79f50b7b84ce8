"""Messages to people, as values: what the outbox keeps. Refuses nothing itself."""
