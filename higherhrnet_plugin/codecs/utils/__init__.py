"""Pure functions behind the codecs."""
