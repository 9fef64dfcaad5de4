"""The front end for people and programs that do not use the full screen. Shows things; decides nothing."""
