"""The entry point of `livecam` and `python -m livecam`, with Ctrl-C heard while it is still loading."""

import sys


def main() -> None:
    try:
        from livecam.cli.main import main as command_line
    except KeyboardInterrupt:
        sys.exit(130)
    command_line()


if __name__ == "__main__":
    main()
