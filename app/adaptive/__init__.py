"""Adaptive measurement of thresholds: which level is shown next, and what the answers say; pure.

Nothing here knows of a database or of images. A dimension has levels; a trial shows one of them and is
answered rightly or wrongly; a `Procedure` chooses the next level from the answers so far, and `estimate`
says where the threshold lies. Every choice is a function of the stored answers alone, so it is the same
after a reload, on another server and on another day.
"""
