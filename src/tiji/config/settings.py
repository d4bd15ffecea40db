"""Settings: safe for production by default, changed only through `TIJI_…` environment variables (`.env.example`)."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from tiji.config import environment as env
from tiji.config.database import database
from tiji.config.logs import logging_config

PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = env.flag("TIJI_DEBUG")
DEMO_MODE = env.flag("TIJI_DEMO_MODE", DEBUG)
TESTING = env.flag("TIJI_TESTING")
DATA_DIR = env.folder("TIJI_DATA_DIR", Path.cwd() / "var")

SECRET_KEY = env.text("TIJI_SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "TIJI_SECRET_KEY is not set. Set it to a long random text, for example the output of `tiji secret`."
        )
    SECRET_KEY = "for development on this machine only, never for a server that others reach"  # noqa: S105

ALLOWED_HOSTS = env.names("TIJI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("TIJI_TRUSTED_ORIGINS")
SECURE = env.flag("TIJI_HTTPS", not DEBUG)

INSTALLED_APPS = [
    "tiji.api",
    "tiji.cli",
    "tiji.apps.exchange",
    "tiji.apps.insights",
    "tiji.apps.incentives",
    "tiji.apps.targets",
    "tiji.apps.commerce",
    "tiji.apps.pipeline",
    "tiji.apps.customers",
    "tiji.apps.catalog",
    "tiji.apps.organization",
    "tiji.ui",
    "tiji.shared",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "tiji.shared.middleware.RequestIdMiddleware",
    "tiji.shared.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tiji.shared.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tiji.shared.middleware.CompanyTimeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tiji.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tiji.ui.middleware.UserPreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "tiji.shared.middleware.ActorMiddleware",
    "tiji.ui.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "tiji.config.urls"
WSGI_APPLICATION = "tiji.config.wsgi.application"

# Cotton and partials are set up by hand: their automatic set-up breaks one of the two without a word.
_FILE_LOADERS = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
_LOADERS = _FILE_LOADERS if DEBUG and not TESTING else [("django.template.loaders.cached.Loader", _FILE_LOADERS)]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "ui" / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _LOADERS)],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tiji.ui.templatetags.tiji",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tiji.config.navigation.shell",
            ],
        },
    }
]
COTTON_DIR = "cotton"

DATABASES = {"default": database(env.text("TIJI_DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = ["tiji.apps.organization.sign_in_backend.KeptUserBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tiji.apps.organization.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
ACCOUNT_SESSION_REMEMBER = None
USERSESSIONS_TRACK_ACTIVITY = False
MFA_ADAPTER = "tiji.apps.organization.sign_in.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tiji 梯级"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "tiji_language"
LOCALE_PATHS = [PACKAGE / room / "locale" for room in ("config", "ui", "shared", "api")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIJI_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "static/"
STATIC_ROOT = env.folder("TIJI_STATIC_DIR", DATA_DIR / "static")
MEDIA_ROOT = DATA_DIR / "files"
# What runs leave behind for good: their frozen inputs and traces. Part of every backup.
ARTIFACTS_DIR = env.folder("TIJI_ARTIFACTS_DIR", DATA_DIR / "artifacts")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}},
    "staticfiles": {"BACKEND": "tiji.shared.static_files.StaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG and not TESTING
if DEBUG or TESTING:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
IMPORT_MAX_BYTES = env.number("TIJI_IMPORT_MAX_MB", 512) * 1024 * 1024

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
if env.flag("TIJI_TASKS_IMMEDIATE", TESTING):
    TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if not env.text("TIJI_MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_HOST = env.text("TIJI_MAIL_HOST", "localhost")
EMAIL_PORT = env.number("TIJI_MAIL_PORT", 25)
EMAIL_HOST_USER = env.text("TIJI_MAIL_USER")
EMAIL_HOST_PASSWORD = env.text("TIJI_MAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("TIJI_MAIL_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("TIJI_MAIL_FROM", "Tiji <tiji@localhost>")

SECURE_SSL_REDIRECT = SECURE and env.flag("TIJI_HTTPS_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TIJI_BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tiji.ui.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

ENGINE = env.engine("TIJI_ENGINE")
ENGINE_EXCHANGE = env.text("TIJI_ENGINE_EXCHANGE")
METRICS_TOKEN = env.text("TIJI_METRICS_TOKEN")
API_RATE_PER_MINUTE = env.number("TIJI_API_RATE_PER_MINUTE", 6_000)
LOGGING = logging_config(level=env.text("TIJI_LOG_LEVEL", "INFO"), plain=DEBUG)
