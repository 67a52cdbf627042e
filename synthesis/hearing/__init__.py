"""The ear in front of the auditory networks: from a waveform to its cochleagram."""
