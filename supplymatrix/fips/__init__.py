"""Which validated cryptographic module a program or project uses, what it claims, and what is beside it. Pure."""
