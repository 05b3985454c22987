"""The tabs of the live pane, a file each: a subclass of ``LiveTab``, named ``TAB`` as well."""
