"""The hunt for somebody who takes the citizen, as values. Refuses nothing itself."""
