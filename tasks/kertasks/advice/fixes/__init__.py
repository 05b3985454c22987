"""Fixes, tried by training: the same without and with a finding's patch, for a few seconds each."""

from kertasks.advice.fixes.recipe_trials import try_recipe_fix as try_recipe_fix
