"""1022, the citizen hotline of a province on Asterisk. The rooms are linked in here; nothing else lives here."""

__version__ = "0.1.0"
