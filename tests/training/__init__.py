"""The training package, from pictures to an exported model."""
