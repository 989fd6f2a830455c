"""Software bills of materials: what a project, a binary or an image is made of, as documents of standard formats."""
