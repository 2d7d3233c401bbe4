"""From judged sentences to statements."""
