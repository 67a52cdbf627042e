"""Headers of the experimenter's pages."""

# Under the site's "no-referrer" browsers say "Origin: null" in forms, which `own_form` could not tell apart.
PAGE_HEADERS = {"Referrer-Policy": "same-origin"}
# Sent by a page that keeps itself up to date: nobody need be there, so it does not put off the idle time-out.
BACKGROUND = "X-Background"
