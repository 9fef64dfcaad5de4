"""Small drawings made of characters, for every front end: bars, curves, pixels. Knows numbers, not what they are."""
