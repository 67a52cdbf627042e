"""The page from which a study's data are taken away."""
