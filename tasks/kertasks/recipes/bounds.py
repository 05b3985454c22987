"""Numbers beyond which no training goes, for recipes and for whoever changes one under way."""

from __future__ import annotations

MOST_EPOCHS = 1 << 31
"""What Keras counts with still holds; at a thousand epochs a second it is 25 days."""

LEAST_LEARNING_RATE = 2.0**-126
"""The smallest 32-bit number: an optimizer takes a smaller learning rate for 0."""

MOST_LEARNING_RATE = (2.0 - 2.0**-23) * 2.0**127
"""The largest 32-bit number: an optimizer takes a larger learning rate for infinite."""

MOST_KEPT = 10_000
"""Epochs whose weights a run keeps at most; as many are found in its folder."""
