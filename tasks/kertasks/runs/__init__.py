"""The record of a run on disk, read and written by both processes. Imports no Keras."""
