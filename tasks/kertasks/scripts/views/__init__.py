"""What is known of a program's rows, kept and handed over, so that its network can be looked at."""
