"""A sweep: its trials ranked, and the curves of the best ones."""
