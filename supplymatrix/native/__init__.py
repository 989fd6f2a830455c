"""Code that is not Go: how it comes into a program, under which licence, and whose position says what follows."""
