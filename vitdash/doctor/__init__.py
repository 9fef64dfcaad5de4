"""What could be wrong with the set-up, looked at piece by piece. Must not know how findings are shown."""
