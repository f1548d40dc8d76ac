//! The agent from the inside: what it signs and opens for whom, and when it forgets.
