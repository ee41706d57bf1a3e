"""Reports for the operator: the morning report, metrics, the doctor and the check of a workspace."""
