"""What is known of a task's data without loading it again."""
