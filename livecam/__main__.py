"""The entry point of `livecam` and `python -m livecam`, with Ctrl-C heard while it is still loading."""

import os

from livecam.cli.loading import loading

# Before NumPy is loaded: products this small are done ten times over while OpenBLAS is still waking its threads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Looking for plugins reads what is told of every installed package, a twentieth of the start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main() -> None:
    with loading():
        from livecam.benchmark.cli import bench
        from livecam.cli import main as command_line
    # Here, for the benchmark knows the command line, and so the command line cannot know it.
    command_line.app.command()(bench)
    command_line.main()


if __name__ == "__main__":
    main()
