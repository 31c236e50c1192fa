"""Settings. What differs between machines comes from the environment; importing starts nothing."""

from pathlib import Path

from registry import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
ASSAY_HOME = environment.home()

DEBUG = environment.flag("ASSAY_DEBUG")
SECRET_KEY = environment.text("ASSAY_SECRET_KEY") or embedded.secret_key(ASSAY_HOME)
ALLOWED_HOSTS = environment.text("ASSAY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in environment.text("ASSAY_ORIGINS").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",  # Swagger UI and Redoc as static files
    "django_celery_beat",
    "registry",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "registry.web.compression.CompressText",
    "registry.web.security.ContentSecurityPolicy",
    "registry.limits.middleware.Limits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPEND_SLASH = False  # hub clients never send a trailing slash, and a redirect breaks their POST

ROOT_URLCONF = "registry.urls"
WSGI_APPLICATION = "registry.wsgi.application"
ASGI_APPLICATION = "registry.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "assay": "registry.web.templatetags.assay",
                "around": "registry.web.templatetags.around",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.web.themes.theme",
            ],
        },
    },
]

DATABASES = {"default": embedded.database_settings(environment.text("DATABASE_URL"), ASSAY_HOME)}
BROKER_URL = environment.text("BROKER_URL") or embedded.broker_url(ASSAY_HOME)

LANGUAGE_CODE = "en-gb"
USE_I18N = False  # one language: a page asks for it a hundred times
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "registry" / "web" / "static"]
# Where static files were collected, hashed and compressed, which `manage.py up` does by itself.
# Without it they are served from where they lie.
STATIC_ROOT = environment.text("ASSAY_STATIC") or None
_STATIC = "registry.web.hashed.HashedFiles"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC if STATIC_ROOT else _PLAIN},
}
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "svgz", "gz", "woff", "woff2")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.api.permissions.ReadOrScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "registry.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "registry.api.problems.handler",
    "PAGE_SIZE": 50,
    "URL_FORMAT_OVERRIDE": None,  # `format` is a facet of the list of repos
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assay",
    "DESCRIPTION": "What models claim, and what was measured.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]+",  # what follows it is the tag
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "registry.models.Run.Status",
        "SyncStatusEnum": "registry.models.Sync.Status",
        "PictureKindEnum": "registry.models.FindingPicture.Kind",
        "SyncKindEnum": "registry.models.Sync.Kind",
        "AuthorKindEnum": "registry.models.Author.Kind",
        "OptionKindEnum": "analysis.options.OptionKind",
        "QueueEnum": "analysis.contract.Queue",
        "RepoStateEnum": "registry.models.Repo.State",
        "ScanStateEnum": "registry.models.Scan.State",
        "MarkStateEnum": "registry.models.Mark.State",
        "EmbeddingStateEnum": "registry.models.Embedding.State",
        "ExecutionStateEnum": "registry.models.ScanExecution.State",
        "WebhookStateEnum": "registry.models.Webhook.State",
        "WebhookEventEnum": "registry.models.Webhook.On",
        "DeliveryStateEnum": "registry.models.Delivery.State",
    },
}

# The hub that is mirrored where a command names none.
ASSAY_HUB = environment.text("ASSAY_HUB", "https://huggingface.co")
ASSAY_HUB_TOKEN = environment.text("ASSAY_HUB_TOKEN")
# The share of a hub's allowance of calls that is used, and who counts it: "shared" by all processes
# of this database, or "local" to each client.
ASSAY_HUB_SHARE = environment.share("ASSAY_HUB_SHARE", 0.98)
ASSAY_HUB_BUDGET = environment.text("ASSAY_HUB_BUDGET", "shared")
# Beat mirrors ASSAY_HUB by itself.
ASSAY_MIRROR = environment.flag("ASSAY_MIRROR")
# The operator allows the code that comes with a model (auto_map), inside the sandbox only.
ASSAY_ALLOW_CODE = environment.flag("ASSAY_ALLOW_CODE")
# Where this worker's networks run, "cpu" or "cuda"; without it the queue of a run says it. Which of
# several GPUs: CUDA_VISIBLE_DEVICES of the worker. Threads for torch, 0 for all cores.
ASSAY_DEVICE = environment.text("ASSAY_DEVICE")
ASSAY_THREADS = environment.number("ASSAY_THREADS", 0)
# What networks answered is kept for the other metrics of their cards; 0 keeps nothing.
ASSAY_PREDICTIONS_BYTES = environment.number("ASSAY_PREDICTIONS_MB", 4096) << 20
# Fetch what the next run needs while one measures.
ASSAY_PREFETCH = environment.flag("ASSAY_PREFETCH", default=True)
# Keys of marks: the largest file, and how many marks an owner may have.
ASSAY_MARK_BYTES = environment.number("ASSAY_MARK_MB", 64) << 20
ASSAY_MARKS = environment.number("ASSAY_MARKS", 100)
# How many webhooks an owner may have; and whether they may be http and lead into this network.
ASSAY_WEBHOOKS = environment.number("ASSAY_WEBHOOKS", 20)
ASSAY_WEBHOOK_PRIVATE = environment.flag("ASSAY_WEBHOOK_PRIVATE")
# Where networks lie that were marked for their owners; web and workers must see the same folder.
ASSAY_MARKED = environment.text("ASSAY_MARKED") or str(ASSAY_HOME / "marked")
ASSAY_PUBLIC_URL = environment.text("ASSAY_PUBLIC_URL", "http://127.0.0.1:8000")
# Whom to tell of a weakness: an address of mail, or of a page.
ASSAY_CONTACT = environment.text("ASSAY_CONTACT")
# Where browsers reach the stream server; without it, one port after that of ASSAY_PUBLIC_URL. How
# many may read at once, in all and from one address.
ASSAY_STREAMS_URL = environment.text("ASSAY_STREAMS_URL")
ASSAY_STREAMS_READERS = environment.number("ASSAY_STREAMS_READERS", 1000)
ASSAY_STREAMS_PER_ADDRESS = environment.number("ASSAY_STREAMS_PER_ADDRESS", 50)

# Where exports lie, and for how many days; web and workers must see the same folder.
ASSAY_EXPORTS = environment.text("ASSAY_EXPORTS") or str(ASSAY_HOME / "exports")
ASSAY_EXPORT_DAYS = environment.number("ASSAY_EXPORT_DAYS", 14)

# How many requests somebody has in five minutes; 0 for no limit. By address: of the API, of pages,
# of downloads. By token: of the API. Counted where ASSAY_LIMIT_URL says, else at a broker that is
# Valkey or Redis. ASSAY_PROXIES are the proxies whose X-Forwarded-For is believed.
ASSAY_LIMIT_API = environment.number("ASSAY_LIMIT_API", 1_000)
ASSAY_LIMIT_TOKEN = environment.number("ASSAY_LIMIT_TOKEN", 10_000)
ASSAY_LIMIT_PAGES = environment.number("ASSAY_LIMIT_PAGES", 2_000)
ASSAY_LIMIT_FILES = environment.number("ASSAY_LIMIT_FILES", 1_000)
ASSAY_LIMIT_URL = environment.text("ASSAY_LIMIT_URL")
ASSAY_PROXIES = [one.strip() for one in environment.text("ASSAY_PROXIES").split(",") if one.strip()]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("ASSAY_LOG_LEVEL", "INFO")},
}
