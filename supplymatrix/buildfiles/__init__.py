"""Files that say how a program is built and on what it runs: Dockerfiles, snaps, apko, CI workflows."""
