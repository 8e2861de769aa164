"""Parts of the report: reading, analysis, plots, pictures, page."""
