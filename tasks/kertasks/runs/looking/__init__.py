"""What a person looks at in a network: how it is asked for, and how the answer comes back."""
