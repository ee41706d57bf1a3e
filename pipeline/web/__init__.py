"""The review app: a thin shell over the use cases of ``workflow``, for people who decide in a browser.

``server`` starts it, ``routes`` is the table of who may get what, ``guard`` holds every request against it, ``logins``
knows who is logged in. What a page shows or does is one function of ``workflow``; no rule is in here.
"""
