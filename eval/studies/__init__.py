"""What each part gains, and kinds of question apart."""
