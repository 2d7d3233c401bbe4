"""What is of HTTP and of no resource."""
