"""Control of a run: what can be switched while it goes on, by keys, the panel and other programs."""
