"""The workbench: a network on the left, its training on the right."""
