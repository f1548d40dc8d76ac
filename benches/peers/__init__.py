"""What `peers.py` is made of: how a command is measured, and how each program is asked the same thing."""
