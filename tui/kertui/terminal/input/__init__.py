"""What a person types, clicks and pastes, on its way to the app."""
