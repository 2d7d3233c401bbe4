"""``python -m eval.scale``."""

from eval.scale.cli import main

if __name__ == "__main__":
    main()
