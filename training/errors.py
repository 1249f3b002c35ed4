"""What a person who trains can put right."""

from livecam.core.errors import LivecamError


class DatasetError(LivecamError):
    """A data set, label file or picture that cannot be learnt from."""


class RunError(LivecamError):
    """A training run that is unfinished, damaged or went wrong."""
