//! The topic `ci`: how a job, a container, a service and a timer get their secrets. tests/cli/recipes.rs runs
//! each recipe as far as a machine without the service can.

pub const TEXT: &str = r#"Everywhere the same: the vault is a file beside the code, the service keeps one
token, and `kluis` is one static file to copy to where jobs run. Where nobody is
there to answer, nothing is asked.

PREPARATION

Once, by somebody with full access. This token reads one workspace, and nobody
accepts a change from it. `verify` prints the vault's public key and its
revision, which are no secrets: with KLUIS_PIN a job opens this vault and
no other, with KLUIS_MIN_REVISION no older copy of it.

    kluis workspace create deploy
    kluis create deploy_key --generate 32 -w deploy
    umask 077
    kluis key add --token --workspace deploy --read-only --label ci --expires 90d > token
    kluis vault verify

The date is for you: a token that is limited so cannot read it, and works after
it. `kluis key list` tells which are over, `kluis key remove` ends them. Should
the token leak, this takes away what it reached and prints the secrets to
change:

    kluis key remove ci --yes

INSTALLATION

A job gets the program before it uses it: built from its sources, or as the one
file that somebody built and put where jobs fetch it, taken only if it is the
file that was looked at. The checksum is written into the job, not fetched.

    cargo install --git https://example.com/kluis.git --rev "$KLUIS_COMMIT" --locked

    curl -fsSLo kluis "https://example.com/kluis-$KLUIS_VERSION"
    echo "$KLUIS_SHA256  kluis" | sha256sum -c -
    install -m 755 kluis "$HOME/.local/bin/kluis"

A PROJECT FILE

What a job needs stands in kluis.toml, beside the code, and the vault too:

    vault = "secrets.kluis"
    workspace = "deploy"
    [env]
    DEPLOY_KEY = "deploy_key"

`check` is a gate before anything starts: 0 when all is there and in date, 3
when something is missing or not effective, 1 when it is overdue or expired.

    export KLUIS_MIN_REVISION="$REVISION"        # as `kluis vault verify` printed it
    kluis check
    kluis run --mask -- ./deploy.sh

Where the file draws on a vault outside of its folder, a job agrees to one
content of it; a change of it is refused until the checksum is changed too.

    export KLUIS_TRUST_PROJECT="$PROJECT_SHA256" # `sha256sum kluis.toml`, once it was read
    kluis check

GITHUB ACTIONS

KLUIS_TOKEN is a secret of the repository or of an environment, KLUIS_PIN
a variable. Only a step that is given the token can open the vault.

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

Or for all steps that follow, whose log then hides the value:

          - run: kluis export --format github -e DEPLOY_KEY=deploy_key
            env:
              KLUIS_TOKEN: ${{ secrets.KLUIS_TOKEN }}
          - run: ./deploy.sh

GITLAB

KLUIS_TOKEN is a protected and masked variable of the project; or
KLUIS_KEY_FILE one of type File, which no program finds in its environment.

    deploy:
      variables:
        KLUIS_VAULT: secrets.kluis
      script:
        - kluis run -e DEPLOY_KEY=deploy_key --mask -- ./deploy.sh

Or for later jobs. GitLab keeps a report in the clear for those who may see the
job: let it expire soon.

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

KLUIS_TOKEN is in a context that the job uses.

    jobs:
      deploy:
        docker:
          - image: cimg/base:current
        environment:
          KLUIS_VAULT: secrets.kluis
        steps:
          - checkout
          - run: kluis run -e DEPLOY_KEY=deploy_key --mask -- ./deploy.sh

Or for all steps that follow:

          - run: kluis export --format circleci -e DEPLOY_KEY=deploy_key >> "$BASH_ENV"
          - run: ./deploy.sh

DOCKER

A container gets a value from a file that is a pipe, an image is built with one
that stays in no layer, and a registry gets one on standard input (bash):

    docker run --rm --env-file <(kluis export --format docker -e DEPLOY_KEY=deploy_key) example
    kluis run -e DEPLOY_KEY=deploy_key -- docker build --secret id=key,env=DEPLOY_KEY .
    kluis run --stdin deploy_key -- docker login -u ada --password-stdin registry.example.com

Or the container opens the vault itself, with a token that the engine mounts.
`kluis` becomes the program, which so is process 1 and gets the signals.

    FROM debian:stable-slim
    COPY kluis server /usr/local/bin/
    COPY secrets.kluis /etc/kluis/secrets.kluis
    ENV KLUIS_VAULT=/etc/kluis/secrets.kluis KLUIS_KEY_FILE=/run/secrets/kluis_token
    ENTRYPOINT ["kluis", "run", "-e", "DEPLOY_KEY=deploy_key", "--"]
    CMD ["server"]

SYSTEMD

Token and vault may belong to root alone: systemd, from 250 on, hands both over
as credentials. The service runs as the same user as `kluis` did and could read
them too, so its token should reach its own workspace and no more.
`systemd-creds encrypt` and LoadCredentialEncrypted= bind the token to the
machine.

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

The token needs to write, and its file to be yours alone. As the slot and the
notes are thrown away, cron mails errors and warnings only. It reads a % as the
end of a line.

    PATH=/usr/local/bin:/usr/bin:/bin
    KLUIS_KEY_FILE=/home/ada/.config/kluis/cron-token
    17 3 * * *  kluis rotate api_key --generate 32 --if-older-than 30d -q > /dev/null

SCRIPTS

`kluis help exit-codes` lists the codes that a script can rely on.

    #!/bin/sh
    set -eu
    export KLUIS_NON_INTERACTIVE=1
    status=0
    kluis show deploy_key > /dev/null || status=$?
    case $status in
        0) exec kluis run -e DEPLOY_KEY=deploy_key -- ./deploy.sh ;;
        3) echo 'there is no key to deploy with yet' ;;
        *) exit "$status" ;;
    esac"#;
