"""Servers of ours that stand for recruiters, and refuse what those refuse."""
