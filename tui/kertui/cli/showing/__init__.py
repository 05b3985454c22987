"""The program in front of others: its stories, and a browser."""
