"""Parts of check_dataset.py."""
