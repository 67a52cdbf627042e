"""Other networks as observers of a bundle's metamers (Feather et al. 2019, figures 5 and 6)."""
