"""The page about the predictions of a model."""
