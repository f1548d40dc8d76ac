//! The topic `integrations`: programs that ask for a password, or read one from a file. tests/cli/integrations.rs runs
//! each recipe with the program itself.

pub const TEXT: &str = r#"git, docker, ssh and sudo ask `kluis helper` for a password; see `kluis help
helper`. The settings [hosts] say which secret belongs to which host.

    git config --global credential.helper '!kluis helper git'
    kluis helper docker --install
    kluis helper askpass --install ~/.askpass --secret ssh_key --prompt Enter

For others `kluis inject` fills a template, which holds no secret. Where a
program starts `kluis` itself, `cd` comes first: in your home no project file of
a repository is in the way.

AWS

~/.aws/work.json, and a profile in ~/.aws/config:

    {"Version": 1, "AccessKeyId": {{ kluis://aws_id | json }},
     "SecretAccessKey": {{ kluis://aws_secret | json }}}

    [profile work]
    credential_process = sh -c "cd && exec kluis inject -i .aws/work.json"

KUBECTL

~/.kube/work.json, and a user in ~/.kube/config:

    {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
     "status": {"token": {{ kluis://kube_token | json }}}}

    users:
    - name: work
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          interactiveMode: IfAvailable
          command: sh
          args: ["-c", "cd && exec kluis inject -i .kube/work.json"]

POSTGRESQL

pgpass.template, and a password file in memory, until you log out:

    db.example.com:5432:app:ada:{{ kluis://db_password | pgpass }}

    export PGPASSFILE="$XDG_RUNTIME_DIR/pgpass"
    kluis inject -i pgpass.template -o "$PGPASSFILE"

NETRC

netrc.template, and curl in bash, which reads it from a pipe:

    machine api.example.com login ada password {{ kluis://api_token }}

    curl --netrc-file <(kluis inject -i netrc.template) https://api.example.com/

DIRENV

A line in .envrc gives a secret to what you start in that folder:

    eval "$(kluis export --format shell -e PGPASSWORD=db_password)""#;
