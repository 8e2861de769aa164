"""The parts of ``gpu.py``, each a function that yields rows of a table."""
