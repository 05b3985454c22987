"""What lies between Textual and the terminal: filters, glyphs, themes, key names."""
