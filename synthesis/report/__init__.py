"""A bundle's figures and its report, drawn from the manifest and the stored stimuli alone."""
