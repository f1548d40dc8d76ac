//! The topic `ci`: how a job, a container, a service and a timer get their secrets. tests/cli/recipes.rs runs
//! each recipe as far as a machine without the service can.

pub const TEXT: &str = r#"The vault is a file beside the code, the CI service keeps one token, and
`kluis` is one static program that you copy to where jobs run. Without a
terminal it never asks.

PREPARATION

Do this once, with a key that opens the whole vault. The token reads one
workspace and cannot change it. The pin is no secret: a job that has it in
KLUIS_PIN opens only this vault, and no older copy of it.

    kluis workspace create deploy
    kluis create deploy_key --generate 32 -w deploy
    umask 077
    kluis key add --token -w deploy --read-only --label ci --expires 90d > token
    kluis vault verify --pin

After that date `kluis` refuses the token (exit code 4). An attacker with
another program can still use it: `kluis key remove` ends a token. `kluis key
list` shows which dates are over, and `kluis key renew ci` makes a new token
with the same limits. If the token leaks, remove it, and change the secrets
that `kluis` prints:

    kluis key remove ci --yes

INSTALLATION

Build the program from its source, or build it once and put it where jobs can
fetch it. Write its checksum into the job, so that the job takes no other file.

    cargo install --git https://example.com/kluis.git --rev "$KLUIS_COMMIT" --locked

    curl -fsSLo kluis "https://example.com/kluis-$KLUIS_VERSION"
    echo "$KLUIS_SHA256  kluis" | sha256sum -c -
    install -m 755 kluis "$HOME/.local/bin/kluis"

A PROJECT FILE

The project file kluis.toml, beside the code and the vault, lists the variables
that a job needs:

    vault = "secrets.kluis"
    workspace = "deploy"
    [env]
    DEPLOY_KEY = "deploy_key"

`kluis check` stops the job before anything starts: 3 if a secret is missing or
not in effect, 1 if one is expired or due for rotation.

    export KLUIS_PIN="$PIN"  # as `kluis vault verify --pin` printed it
    export KLUIS_PROJECT=kluis.toml
    kluis check
    kluis run --mask -- ./deploy.sh

KLUIS_PROJECT agrees to that file, whatever it says. Anyone who can change the
job can change the file, too: give the job a token for one workspace, which
opens nothing else.

GITHUB ACTIONS

Store KLUIS_TOKEN as a secret of the repository or of an environment, and
KLUIS_PIN as a variable. Give the token only to the steps that need it.

    jobs:
      deploy:
        runs-on: ubuntu-latest
        env:
          KLUIS_VAULT: secrets.kluis
          KLUIS_PIN: ${{ vars.KLUIS_PIN }}
        steps:
          - uses: actions/checkout@v4
          - run: kluis run -e DEPLOY_KEY=deploy_key --mask -- ./deploy.sh
            env:
              KLUIS_TOKEN: ${{ secrets.KLUIS_TOKEN }}

Or set the variable for all steps that follow, and hide the value in their log:

          - run: kluis export --format github -e DEPLOY_KEY=deploy_key
            env:
              KLUIS_TOKEN: ${{ secrets.KLUIS_TOKEN }}
          - run: ./deploy.sh

GITLAB

Store KLUIS_TOKEN as a protected and masked variable of the project. Or store
KLUIS_KEY_FILE as a variable of type File: then no program has the token in its
environment.

    deploy:
      variables:
        KLUIS_VAULT: secrets.kluis
      script:
        - kluis run -e DEPLOY_KEY=deploy_key --mask -- ./deploy.sh

Or pass the variable to later jobs. GitLab keeps the report in plain text for
all who may see the job: let it expire soon.

    prepare:
      variables:
        KLUIS_VAULT: secrets.kluis
      script:
        - kluis export --format gitlab -e DEPLOY_KEY=deploy_key > deploy.env
      artifacts:
        expire_in: 1 hour
        reports:
          dotenv: deploy.env

CIRCLECI

Store KLUIS_TOKEN in a context that the job uses.

    jobs:
      deploy:
        docker:
          - image: cimg/base:current
        environment:
          KLUIS_VAULT: secrets.kluis
        steps:
          - checkout
          - run: kluis run -e DEPLOY_KEY=deploy_key --mask -- ./deploy.sh

Or set the variable for all steps that follow:

          - run: |
              kluis export --format circleci -e DEPLOY_KEY=deploy_key >> "$BASH_ENV"
          - run: ./deploy.sh

DOCKER

In bash: a container gets a value through a pipe, an image is built with a
value that stays in no layer, and a registry gets one on standard input.

    docker run --rm --env-file <(kluis export --format docker -e DEPLOY_KEY=deploy_key) app
    kluis run -e DEPLOY_KEY=deploy_key -- docker build --secret id=key,env=DEPLOY_KEY .
    kluis run --stdin deploy_key -- docker login -u ada --password-stdin registry.example.com

Or the container opens the vault itself, with a token that the engine mounts.
The server takes the place of `kluis`: it is process 1 and gets the signals.

    FROM debian:stable-slim
    COPY kluis server /usr/local/bin/
    COPY secrets.kluis /etc/kluis/secrets.kluis
    ENV KLUIS_VAULT=/etc/kluis/secrets.kluis KLUIS_KEY_FILE=/run/secrets/kluis_token
    ENTRYPOINT ["kluis", "run", "-e", "DEPLOY_KEY=deploy_key", "--"]
    CMD ["server"]

SYSTEMD

Token and vault can belong to root alone: systemd 250 and later passes both as
credentials. The server could read them too, so give it a token for its own
workspace only. `systemd-creds encrypt` and LoadCredentialEncrypted= bind the
token to the machine.

    [Unit]
    Description=The example server

    [Service]
    DynamicUser=yes
    LoadCredential=kluis_token:/etc/kluis/token
    LoadCredential=vault:/etc/kluis/secrets.kluis
    Environment=KLUIS_KEY_FILE=%d/kluis_token KLUIS_VAULT=%d/vault
    ExecStart=/usr/bin/kluis run -e DEPLOY_KEY=deploy_key -- /usr/bin/server

    [Install]
    WantedBy=multi-user.target

CRON

This token has to write: add it without --read-only. Only you may read its
file. cron mails errors and warnings only, because the line drops the rest. It
reads a % as the end of the line.

    PATH=/usr/local/bin:/usr/bin:/bin
    KLUIS_KEY_FILE=/home/ada/.config/kluis/cron-token
    17 3 * * * kluis rotate api_key --generate 32 --if-older-than 30d -q >/dev/null

SCRIPTS

`kluis help exit-codes` lists the codes that scripts can rely on.

    #!/bin/sh
    set -eu
    export KLUIS_NON_INTERACTIVE=1
    status=0
    kluis show deploy_key > /dev/null || status=$?
    case $status in
        0) exec kluis run -e DEPLOY_KEY=deploy_key -- ./deploy.sh ;;
        3) echo 'no key to deploy with yet' ;;
        *) exit "$status" ;;
    esac"#;
