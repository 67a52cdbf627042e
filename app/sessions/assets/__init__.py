"""The stimuli of a session, by their opaque addresses."""
