"""The tables of cascade/: cascades and their steps. A change here needs a migration; a test compares the two."""
