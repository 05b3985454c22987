"""The plain records that views of a network are made of, with what asks for each: a file a view."""
