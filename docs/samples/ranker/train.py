"""Counts words, as the smallest model there can be. It needs nothing but Python."""
import collections
import json
import pathlib

params = json.loads(pathlib.Path('/content/params.json').read_text())
text = ' '.join(path.read_text() for path in pathlib.Path('/content/data').glob('*.txt'))
words = collections.Counter(text.split()).most_common(params['words'])
pathlib.Path('/content/artifacts/model.json').write_text(json.dumps(dict(words)))
