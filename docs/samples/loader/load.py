"""Writes a file that others train on."""
import pathlib

pathlib.Path('/content/artifacts/words.txt').write_text('to be or not to be')
