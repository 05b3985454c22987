"""Runs of another host that are followed here by a copy of their folders."""
