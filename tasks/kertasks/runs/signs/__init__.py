"""Signs of life of a run's trainer: its process, its lock, its touches, and what they tell."""
