"""A study with all its data as one file, which another installation imports.

`layout` says what is in it, `writing` makes one, `checking` reads one and trusts nothing in it, `importing`
stores what was checked.
"""
