"""Stimuli on disk and in memory: one protocol, `Medium`, and a registry of the kinds that follow it."""
