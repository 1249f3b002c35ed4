"""The entry point of `livecam-train` and `python -m training`, with Ctrl-C heard while it is still loading."""

from livecam.cli.loading import loading


def main() -> None:
    with loading():
        from training.cli import main as command_line
    command_line.main()


if __name__ == "__main__":
    main()
