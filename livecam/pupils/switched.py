"""Several finders of pupils of which one is in use, changed while the program runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from livecam.core.crop import EyePair
from livecam.core.seams import EyeCutter, PupilFinder, PupilPair


class SwitchedPupils:
    """A PupilFinder that is one of many; each is opened when it is first chosen.

    Whatever the opener of the first one raises is raised here.
    """

    def __init__(
        self,
        openers: Mapping[str, Callable[[], PupilFinder]],
        first: str,
        version: Callable[[str], str] = lambda name: "",
    ) -> None:
        self.name = first
        self._version = version
        self._openers = openers
        self._opened = {first: openers[first]()}
        self._tried = first

    @property
    def version(self) -> str:
        """Of the model in use; empty for a finder that has none."""
        return self._version(self.name)

    @property
    def cutter(self) -> EyeCutter:
        return self._opened[self.name].cutter

    def locate(self, eyes: EyePair) -> PupilPair:
        return self._opened[self.name].locate(eyes)

    def next(self) -> str:
        """Changes to the next finder and tells its name.

        One that cannot be opened raises what its opener raises and the present one stays; the time after it is passed.
        """
        names = list(self._openers)
        self._tried = names[(names.index(self._tried) + 1) % len(names)]
        if self._tried not in self._opened:
            self._opened[self._tried] = self._openers[self._tried]()
        self.name = self._tried
        return self.name
