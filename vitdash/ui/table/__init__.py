"""What a table of lines is made of: content, order, layout, lines, sheet. Knows not what the rows mean."""
