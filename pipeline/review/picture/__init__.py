"""What people see and decide of a session's picture, and the plan that follows."""
