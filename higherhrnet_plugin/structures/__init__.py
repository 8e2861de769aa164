"""What every room of the house speaks of; imports none of them.

The modules are imported by name, so that each needs only its own libraries.
"""
