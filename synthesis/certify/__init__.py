"""Certificates: the null, the statistics, the decision, and the network that all of them are asked of."""
