"""How fast every path is on this machine, where the time goes, and what another program takes for the same frames."""
