"""What arranges widgets: one screen a task."""
