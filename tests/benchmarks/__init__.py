"""What is measured, each figure beside that of the bare libraries: ``python -m tests.benchmarks [NAME]``."""
