"""``--cfg-options`` of all tools: reading, applying, doubting.

Nothing is imported here, as ``arguments`` is needed before the imports that
take seconds.
"""
