"""Data sets of labelled eyes: from portraits, pseudo-labels and the store; augmentation."""
