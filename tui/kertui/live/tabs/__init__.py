"""The tabs of the live pane: one file each."""
