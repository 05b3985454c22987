"""The tasks. A file here that defines ``TASK`` is one; adding it is all it takes."""
