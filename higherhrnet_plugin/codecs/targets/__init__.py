"""Targets for training."""
