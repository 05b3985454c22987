"""What is wrong with a training: plain facts, and rules over them. No rule imports Keras."""
