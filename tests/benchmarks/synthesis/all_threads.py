"""`python -m tests.benchmarks.synthesis.all_threads` is `python -m synthesis` whose items use all threads."""

from synthesis.__main__ import main
from synthesis.process import device

device.set_item_threads = lambda _: None

if __name__ == "__main__":
    main()
