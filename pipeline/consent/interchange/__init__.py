"""What consent looks like outside: receipts, ISO 27560 records in DPV terms, and vCons."""
