"""What the plugin needs beside itself, what of it is there, what mends it.

Uses the standard library alone and imports nothing of the rest of the package,
so that it runs where every other package is missing or broken.
"""
