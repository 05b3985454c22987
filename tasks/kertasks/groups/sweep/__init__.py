"""A recipe trained with many values of its settings: what was asked, what each trial tries, and
what came of it."""
