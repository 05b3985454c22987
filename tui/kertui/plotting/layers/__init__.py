"""How the layers of a network are drawn: as a table, and one of them unit by unit; pure."""
