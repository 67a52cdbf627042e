"""Linear readouts: category names fitted to a network's pooled features."""
