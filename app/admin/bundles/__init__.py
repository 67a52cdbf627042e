"""Bundles in the browser: their layers, stimuli, certificates and failures."""
