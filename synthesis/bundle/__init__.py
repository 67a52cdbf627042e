"""The stimulus bundle: the one file format between synthesis and the web application.

A bundle is a folder with ``manifest.json`` and ``blobs/<sha256>``. This package is free of torch, since the
web application reads bundles with it.
"""
