"""Stress: what many threads are answered is what one is answered, from the first question of a process on."""
