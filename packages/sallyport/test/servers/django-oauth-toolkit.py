#!/usr/bin/python3
"""OAuth 2 and OpenID Connect by Debian's python3-django-oauth-toolkit, which PeeringDB is built on.

A Django project in one file, with its database in memory. Everybody who comes is Ada, and is
asked for consent by the toolkit's own page. It prints its port, then answers below /o/, and at
/profile. PKCE is demanded.
"""

import logging
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from jwcrypto.jwk import JWK

ORIGIN = "https://portal.example.net"

# What it refuses is what the tests are about; what it fails over is not.
logging.disable(logging.WARNING)

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    LOGGING_CONFIG=None,
    MIDDLEWARE=["__main__.everybody_is_ada"],
    OAUTH2_PROVIDER={
        "OAUTH2_VALIDATOR_CLASS": "__main__.Validator",
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": JWK.generate(kty="RSA", size=2048).export_to_pem(True, None).decode(),
        "PKCE_REQUIRED": True,
        "SCOPES": {scope: scope for scope in ("openid", "profile", "email")},
    },
    ROOT_URLCONF="__main__",
    SECRET_KEY="a secret of the tests",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402
from oauth2_provider.views import ConnectDiscoveryInfoView  # noqa: E402


def everybody_is_ada(get_response):
    def middleware(request):
        request.user = User.objects.get(username="ada")
        return get_response(request)

    return middleware


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        user = request.user
        claims = {"preferred_username": user.username, "name": user.get_full_name()}
        return {**claims, "email": user.email, "email_verified": True}


@protected_resource(scopes=["profile"])
def profile(request):
    user = request.resource_owner
    answer = {"id": user.id, "login": user.username, "name": user.get_full_name()}
    return JsonResponse({**answer, "email": user.email})


urlpatterns = [
    # Where the standard has it; the toolkit itself wants a slash at the end.
    path("o/.well-known/openid-configuration", ConnectDiscoveryInfoView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("profile", profile),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


call_command("migrate", verbosity=0)
# An id_token says when its person signed in, so she has.
ada = User.objects.create(
    id=7,
    username="ada",
    email="ada@example.com",
    first_name="Ada",
    last_name="Lovelace",
    last_login=timezone.now(),
)
Application.objects.create(
    name="The tests",
    client_id="the-client",
    client_secret="the-client-secret",
    client_type=Application.CLIENT_CONFIDENTIAL,
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    algorithm=Application.RS256_ALGORITHM,
    redirect_uris=f"{ORIGIN}/auth/complete/django {ORIGIN}/auth/complete/django-oidc",
    user=ada,
)
# One thread, so that all requests see the one database in memory.
server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
