"""What predictions got right and wrong, and whether a data set is sound."""
