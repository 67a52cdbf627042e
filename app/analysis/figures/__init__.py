"""The figures: each is built once with Altair from a tidy table; vl-convert draws it without network."""
