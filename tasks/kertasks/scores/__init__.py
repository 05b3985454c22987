"""How good a number is: what learns next to nothing, how sure a result is, whether two differ."""
