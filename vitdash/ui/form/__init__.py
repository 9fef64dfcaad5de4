"""The New-run form without a screen: what is being typed, what is wrong with it, what would come of it."""
