"""Starts trainer processes, talks to them, and keeps what they told."""
