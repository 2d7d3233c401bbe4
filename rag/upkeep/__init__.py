"""What keeps a library current and safe."""
