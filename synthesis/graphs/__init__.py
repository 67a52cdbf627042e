"""Metamers of networks on graphs: graphs, the geometry of layers, measures of deviation."""
