"""Tables of trials: their columns, their files, and the words in them."""
