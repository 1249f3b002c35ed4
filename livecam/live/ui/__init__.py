"""The window's interface: keys, HUD, help, messages, debug drawing."""
