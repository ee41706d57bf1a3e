"""What staff enter: who a participant is, withdrawals, resolved holds, agreements and approvals of code."""
