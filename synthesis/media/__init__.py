"""Stimuli on disk and in memory: pictures and sounds, and the one protocol that synthesis asks of both."""
