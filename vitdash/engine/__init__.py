"""The only code that computes; it runs in the background process alone, and nobody else imports it."""
