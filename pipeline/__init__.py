"""Offrecord: recorded office hours in, redacted media and feature requests out.

The map of the package, in the order in which a session travels::

    cli ──► nightly ──► run ──► ingest ─► consent ─► speech ─► detect ─► review ─► render ─► tag ─► export
     │         │         │         │                    │                            │
     │         │         │         └──────── media (ffmpeg) · store (database, vault, ledger) ────────┘
     │         └── executors (processes, Ray) · reports (morning report, metrics, doctor, verify)
     └── workflow (what joins the stages, and every use case of a person) · vcon (an export with consent)

``records`` holds the frozen values that cross the stages, ``settings`` the one frozen configuration, ``errors`` the
error tree with its exit codes, ``log`` the structured log. Stages never import each other; ``workflow`` joins them, and
``run`` is the story of one session. What a command or a page does is one function of ``workflow``.
"""

__version__ = "0.1.0"
