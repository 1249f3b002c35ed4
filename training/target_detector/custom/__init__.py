"""A detector of one's own target, from a folder of pictures with boxes to a model with its report."""
