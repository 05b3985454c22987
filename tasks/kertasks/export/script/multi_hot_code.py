"""Texts as rows of words, in plain Python, for the scripts of the text tasks."""

from __future__ import annotations

MULTI_HOT = '''

def multi_hot(texts):
    """Give a row for each text, with a 1 for every word that occurs in it."""
    # A byte a cell: as float32 the rows would take four times the memory.
    rows = np.zeros((len(texts), WORDS), dtype="uint8")
    for row, words in zip(rows, texts):
        row[words] = 1
    return rows

'''
"""A function of the texts' word numbers; it finds ``np`` and ``WORDS``."""
