"""Data sets of labelled pages: reading, sampling, augmentation, hard negatives."""
