"""Shell completion: the command that prints a shell's script, and the names that it offers."""
