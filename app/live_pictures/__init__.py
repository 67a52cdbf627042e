"""Pictures that are made while participants are at it: asked for, made by generators, and found again."""
