"""Which images annotations were made on; tools offer it as a choice."""

ANNOTATED_ON = ('image', 'disk', 'resized', 'stored')
IMAGE, DISK, RESIZED, STORED = ANNOTATED_ON
