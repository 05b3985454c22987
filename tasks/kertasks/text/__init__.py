"""Numbers, times, money and lines of text as a person reads them."""
