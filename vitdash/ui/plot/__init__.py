"""Charts in braille: from series to frames of dots. Must not know widgets."""
