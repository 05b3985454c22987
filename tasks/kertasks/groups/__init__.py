"""Many runs as one: what was asked, which ordinary runs belong to it, and what they came to."""
