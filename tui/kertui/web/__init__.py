"""The interface in a browser of this machine: a page is an app of its own."""
