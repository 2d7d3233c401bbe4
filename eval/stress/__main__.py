"""``python -m eval.stress``."""

from eval.stress.cli import main

if __name__ == "__main__":
    main()
