"""What draws: each takes data, never a file, a process or a store."""
