"""The full-screen dashboard: screens arrange, widgets draw, the app routes."""
