"""Completion in bash, zsh and fish: what may come next on a command line. Never a reason for a word on stderr."""
