"""What each command does, in short functions; `cli.py` says which there are. Decides nothing, imports late."""
