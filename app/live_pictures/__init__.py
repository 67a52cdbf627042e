"""Pictures that are made while participants are at a study: asked for, made by generators, and found again."""
