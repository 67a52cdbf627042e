"""Dimensions of a network's representation, and pictures that lie at stated levels along them.

Kamao et al. 2025 (MAME, arXiv 2503.13212) describe a picture by the Gram matrices of a layer's activations.
Independent components of these over many pictures are dimensions; a picture is moved along one of them
until people notice.
"""
