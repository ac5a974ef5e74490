"""The worker of the site with less patience, so that a test need not wait for it."""

from inventory_site.gunicorn_worker import PatientWorker


class HastyWorker(PatientWorker):
    begins_within = whole_within = goes_within = 1.0
