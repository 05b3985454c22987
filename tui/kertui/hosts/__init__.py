"""Runs of another host, followed and steered over ssh: this side, and the side over there."""
