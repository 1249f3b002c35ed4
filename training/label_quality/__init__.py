"""Which labels are good, where the bad ones go wrong, and which good ones may teach."""
