"""``python -m eval.cost.scale``."""

from eval.cost.scale.cli import main

if __name__ == "__main__":
    main()
