"""Parts of compare_outputs.py."""
