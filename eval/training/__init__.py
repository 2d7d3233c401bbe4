"""What the answerability adapters learn from, and the network that learns."""
