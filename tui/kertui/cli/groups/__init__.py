"""Commands for many runs as one."""
