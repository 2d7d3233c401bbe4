"""``python -m eval.faults``."""

from eval.faults.cli import main

if __name__ == "__main__":
    main()
