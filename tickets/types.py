"""A ticket (phiếu) and what happened to it, as values. Refuses nothing itself."""
