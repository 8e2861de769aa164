"""Parts of browse_targets: what to draw, and the drawing."""
