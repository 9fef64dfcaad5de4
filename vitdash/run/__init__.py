"""Everything about a run except mathematics: its directory, its protocol, its process."""
