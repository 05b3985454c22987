"""Runs of recipes, as a group has trainers train them."""
