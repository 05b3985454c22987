"""A folder of pictures: what a task of one says, their headers, how they are decoded and loaded."""
