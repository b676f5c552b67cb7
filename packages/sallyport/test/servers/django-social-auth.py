#!/usr/bin/python3
"""A Django site that signs people in with Debian's python3-social-django.

Its database and its provider, a GitHub Enterprise, are said in JSON:
  django-social-auth.py '{"database": {…}, "provider": URL, "key": …, "secret": …, "settings": {…}}'
It prints its port, then answers: /login/github-enterprise/ signs in.
"""

import json
import logging
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

told = json.loads(sys.argv[1])
logging.disable(logging.WARNING)

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    AUTHENTICATION_BACKENDS=[
        "social_core.backends.github_enterprise.GithubEnterpriseOAuth2",
        "django.contrib.auth.backends.ModelBackend",
    ],
    DATABASES={"default": told["database"]},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "social_django",
    ],
    LOGGING_CONFIG=None,
    LOGIN_REDIRECT_URL="/welcome",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    ROOT_URLCONF="__main__",
    SECRET_KEY="a secret of the tests",
    SOCIAL_AUTH_GITHUB_ENTERPRISE_API_URL=told["provider"] + "/api/v3/",
    SOCIAL_AUTH_GITHUB_ENTERPRISE_KEY=told["key"],
    SOCIAL_AUTH_GITHUB_ENTERPRISE_SECRET=told["secret"],
    SOCIAL_AUTH_GITHUB_ENTERPRISE_URL=told["provider"],
    USE_TZ=True,
    **told["settings"],
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("", include("social_django.urls", namespace="social"))]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


call_command("migrate", verbosity=0)
# The site's administrator, who has a password and no account elsewhere.
User.objects.create_superuser("root", "root@example.com", "a password of the tests")
server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
