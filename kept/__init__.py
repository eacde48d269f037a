"""The command line, `kept`. It reads arguments, calls the rooms, and prints; nothing else."""
