"""What is asked of the terminal, of tmux and of the system about the terminal."""
