"""Version of the package, read by the build and by ``import``."""

__version__ = '0.1.0'
