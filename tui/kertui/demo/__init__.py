"""The program shown to others: stories whose keys are pressed by themselves, with a caption."""
