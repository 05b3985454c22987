"""What a network answers, beside what is true, as rows of cells: classes, errors, mistakes."""
