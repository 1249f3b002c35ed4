"""The entry point of `livecam-label` and `python -m labeler`, with Ctrl-C heard while it is still loading."""

from livecam.cli.loading import loading


def main() -> None:
    with loading():
        from labeler import cli
    cli.main()


if __name__ == "__main__":
    main()
