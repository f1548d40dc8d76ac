//! The topic `project`: what kluis.toml may say. The rules themselves are in `project`.

pub const TEXT: &str = r#"kluis.toml lies in a project's folder. `kluis` finds it in the folder that you
are in or above it, and follows it once you trust it. `kluis init --project`
makes one, `kluis env` changes it, `kluis check` tells whether its secrets are
there.

    vault = "secrets.kluis"        # relative to this file
    workspace = "staging"          # unless -w or KLUIS_WORKSPACE names one
    app = "billing"                # for `kluis app sync`
    pin = "klv_…"                  # open only this vault

    [run]                          # options of `kluis run`
    only = true
    mask = true
    keep_existing = true

    [env]
    GITHUB_TOKEN = "github_token"
    LOG_LEVEL = { value = "debug", keep_existing = true }
    GREETING = { text = "hello {user}, {{ and }} are braces" }
    DATABASE_URL = { url = "postgres://{db_user}:{db_password}@db/app" }
    TLS_KEY = { secret = "tls_key", as = "file", filename = "tls.pem" }
    SENTRY_DSN = { secret = "sentry_dsn", optional = true }
    REGION = { secret = "region", default = "eu" }

    [workspaces.production.env]    # laid over [env] in that workspace
    LOG_LEVEL = { value = "warn" }
    GREETING = false               # left out

A variable has one source: secret, value (the text itself, no secret), text or
url (a text with secrets in braces; in a url each is percent-encoded). A name
without a workspace is one of the workspace in use.

Options: optional leaves the variable out if a secret does not exist or is not
in effect; default gives it that text instead. keep_existing leaves a variable
that is set already, and not empty. as = "file" gives the path of a file in
memory, named like the secret or by filename. description is for people.

`-e` adds a variable and comes first. --app and --all replace [env], --no-env
drops it, --except leaves one out, --no-project ignores the file."#;
