"""What takes results away: each exporter turns rows into text. Must not know screens or processes."""
