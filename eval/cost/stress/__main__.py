"""``python -m eval.cost.stress``."""

from eval.cost.stress.cli import main

if __name__ == "__main__":
    main()
