"""How rows reach compiled steps, and in which order."""
