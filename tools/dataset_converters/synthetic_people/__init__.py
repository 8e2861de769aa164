"""Generate synthetic multi-person images with exact COCO key points."""
