"""Compiled programs of many steps: how they are traced, compiled, kept and run."""
